"""One line of slaves, served by pymodbus: `pymodbus-slaves.py PORT TRAVEL_S`.

A parking lock (unit 1), a display (31), a call button (32), a relay board whose contacts are wired
back to its outputs (41), a water meter with a valve (51) that says what its valve is told.
Run by Debian's own interpreter (/usr/bin/python3), which alone sees python3-pymodbus.
"""
import struct
import sys
from time import monotonic

from pymodbus.bit_write_message import WriteSingleCoilRequest, WriteSingleCoilResponse
from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.pdu import ModbusExceptions
from pymodbus.server.async_io import StartSerialServer
from pymodbus.transaction import ModbusRtuFramer

PORT, TRAVEL_S = sys.argv[1], float(sys.argv[2])
RAISE, LOWER = UP, DOWN = 1, 2
MOVING = 3
COMMAND, ARM, CYCLES = 0, 1, 5


class ArmBlock(ModbusSequentialDataBlock):
    """Registers 0-6 of the reference profile; an order moves the arm for a while."""

    def __init__(self):
        super().__init__(0, [0, UP, 0, 1240, 0, 0, 0])
        self.goal, self.rests_at = UP, None

    def setValues(self, address, values):
        super().setValues(address, values)
        if address == COMMAND and values[0] in (RAISE, LOWER):
            self.goal, self.rests_at = values[0], monotonic() + TRAVEL_S
            super().setValues(ARM, [MOVING])

    def getValues(self, address, count=1):
        if self.rests_at and monotonic() >= self.rests_at:
            self.rests_at = None
            super().setValues(ARM, [self.goal])
            super().setValues(CYCLES, [super().getValues(CYCLES)[0] + 1])
        return super().getValues(address, count)


OUTPUTS, PULSES, PULSE_S = 8, 0x0200, 0.1


class RelayBlock(ModbusSequentialDataBlock):
    """Outputs in the coils from 0 on; a pulse ends by itself, a new order for the output ends it too."""

    def __init__(self):
        super().__init__(0, [0] * OUTPUTS)
        self.ends_at = {}

    def setValues(self, address, values):
        self.ends_at.pop(address, None)
        super().setValues(address, values)

    def getValues(self, address, count=1):
        for output, end in list(self.ends_at.items()):
            if monotonic() >= end:
                self.setValues(output, [0])
        return super().getValues(address, count)

    def pulse(self, output, length_s):
        self.setValues(output, [1])
        self.ends_at[output] = monotonic() + length_s


class WiredBack(ModbusSequentialDataBlock):
    """Contacts that say what the outputs of a board do."""

    def __init__(self, relays):
        super().__init__(0, [0] * OUTPUTS)
        self.relays = relays

    def getValues(self, address, count=1):
        return self.relays.getValues(address, count)


class PulseResponse(WriteSingleCoilResponse):
    def encode(self):
        return struct.pack(">HH", self.address, self.value)


class CoilRequest(WriteSingleCoilRequest):
    """FC05; at 0x0200 + output its word is the length of a pulse, and comes back as it is."""

    def decode(self, data):
        super().decode(data)
        self.word = struct.unpack(">HH", data)[1]

    def execute(self, context):
        if self.address < PULSES:
            return super().execute(context)
        relays = context.store["c"]
        output = self.address - PULSES
        if not isinstance(relays, RelayBlock) or output >= OUTPUTS:
            return self.doException(ModbusExceptions.IllegalAddress)
        relays.pulse(output, self.word * PULSE_S)
        return PulseResponse(self.address, self.word)


TOTAL, FLOW, PIPE, REMAINING, BATTERY, VALVE = 0x01, 0x05, 0x07, 0x08, 0x1A, 0x1C
OPEN, CLOSED = 1, 2
FULL = 0xAA
FLOW_M3_PER_H = 3.6
SECONDS_PER_HOUR = 3600
ML_PER_M3 = 1_000_000


def float_words(value):
    """An IEEE 754 single, least significant byte first, as it lies in two registers."""
    return list(struct.unpack(">HH", struct.pack("<f", value)))


class MeterBlock(ModbusSequentialDataBlock):
    """Registers 0x01-0x1C of a Xintai meter: water runs while its valve is open."""

    def __init__(self):
        super().__init__(0, [0] * 0x1D)
        self.total_m3, self.counted_at = 0.545, monotonic()
        super().setValues(PIPE, [FULL])
        super().setValues(REMAINING, float_words(10.0))
        super().setValues(BATTERY, float_words(3.6))
        super().setValues(VALVE, [CLOSED])

    def setValues(self, address, values):
        self.count()
        super().setValues(address, values)
        if address == VALVE:
            order = "open" if values[0] == OPEN else "close"
            print(f"valve {order} {self.total_m3 * ML_PER_M3:.1f}", flush=True)

    def getValues(self, address, count=1):
        self.count()
        return super().getValues(address, count)

    def count(self):
        now = monotonic()
        flow = FLOW_M3_PER_H if super().getValues(VALVE)[0] == OPEN else 0.0
        self.total_m3 += flow * (now - self.counted_at) / SECONDS_PER_HOUR
        self.counted_at = now
        super().setValues(TOTAL, float_words(self.total_m3))
        super().setValues(FLOW, float_words(flow))


def zeros(count):
    return ModbusSequentialDataBlock(0, [0] * count)


RELAYS = RelayBlock()
UNITS = {
    1: ModbusSlaveContext(hr=ArmBlock(), zero_mode=True),
    31: ModbusSlaveContext(hr=zeros(33), zero_mode=True),
    32: ModbusSlaveContext(ir=zeros(3), co=zeros(2), zero_mode=True),
    41: ModbusSlaveContext(co=RELAYS, di=WiredBack(RELAYS), zero_mode=True),
    51: ModbusSlaveContext(hr=MeterBlock(), zero_mode=True),
}
StartSerialServer(
    context=ModbusServerContext(slaves=UNITS, single=False),
    framer=ModbusRtuFramer,
    custom_functions=[CoilRequest],
    port=PORT,
    baudrate=9600,
)
