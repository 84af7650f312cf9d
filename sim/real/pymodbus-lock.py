"""A parking lock, a display and a call button, served by pymodbus: `pymodbus-lock.py PORT TRAVEL_S`.

Run by Debian's own interpreter (/usr/bin/python3), which alone sees python3-pymodbus.
"""
import sys
from time import monotonic

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
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


def zeros(count):
    return ModbusSequentialDataBlock(0, [0] * count)


UNITS = {
    1: ModbusSlaveContext(hr=ArmBlock(), zero_mode=True),
    31: ModbusSlaveContext(hr=zeros(33), zero_mode=True),
    32: ModbusSlaveContext(ir=zeros(3), co=zeros(2), zero_mode=True),
}
StartSerialServer(
    context=ModbusServerContext(slaves=UNITS, single=False),
    framer=ModbusRtuFramer,
    port=PORT,
    baudrate=9600,
)
