import {connect} from 'node:net';
import type {Clock} from '../../protocols/base/clock.js';
import {LinkError} from '../../protocols/base/errors.js';
import type {ByteLink} from './byte-link.js';
import {type OpenCarrier, ReopeningLink} from './reopening-link.js';

export interface TcpLinkOptions {
  readonly host: string;
  readonly port: number;
  readonly clock: Clock;
  /** Uniform in [0, 1): jitter of the reopening. */
  readonly fraction: () => number;
}

const CONNECT_TIMEOUT_MS = 5000;
const KEEPALIVE_IDLE_MS = 10_000;
/** More than this unsent means that the peer is gone: a late command must not wait in a socket's buffer. */
const LONGEST_BACKLOG_BYTES = 4096;

/**
 * A line behind an RS-485-to-Ethernet converter in transparent (raw TCP) mode: the same bytes as on a
 * serial port. A connection is given up with a reset, never an orderly end: the system would go on
 * sending what the peer has not acknowledged, and a command would arrive minutes after its time. Codes: `port/missing` nobody listens there, `port/denied` the system forbids it,
 * `port/lost` the connection ended.
 */
export function createTcpLink(options: TcpLinkOptions): ByteLink {
  return new ReopeningLink({
    name: `tcp://${options.host}:${options.port}`,
    clock: options.clock,
    fraction: options.fraction,
    openCarrier: openSocket(options),
  });
}

function openSocket({host, port, clock}: TcpLinkOptions): OpenCarrier {
  return events => {
    const socket = connect({
      host,
      port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEPALIVE_IDLE_MS,
    });
    const released = new Promise<void>(resolve => socket.once('close', () => resolve()));
    const context = {host, port};
    let opened = false;
    let failure: Error | undefined;
    const patience = clock.timer(`connect ${host}:${port}`, CONNECT_TIMEOUT_MS, () => {
      socket.destroy(new LinkError('port/missing', `${host}:${port} does not answer`, context));
    });
    socket.on('connect', () => {
      opened = true;
      patience.cancel();
      events.opened();
    });
    socket.on('data', bytes => events.received(bytes));
    socket.on('error', error => {
      failure = error;
    });
    socket.on('close', () => {
      patience.cancel();
      events.lost(socketFailure(failure, opened, context));
    });
    return {
      write: bytes => {
        if (!socket.writable) return false;
        if (socket.writableLength > LONGEST_BACKLOG_BYTES) {
          failure = new LinkError('port/lost', 'the peer takes no more bytes', context);
          socket.resetAndDestroy();
          return false;
        }
        socket.write(bytes);
        return true;
      },
      close: () => {
        patience.cancel();
        if (opened) socket.resetAndDestroy();
        else socket.destroy();
        return released;
      },
    };
  };
}

function socketFailure(
  failure: (Error & {readonly code?: string}) | undefined,
  opened: boolean,
  context: {readonly host: string; readonly port: number},
): LinkError {
  if (failure instanceof LinkError) return failure;
  const place = `${context.host}:${context.port}`;
  const reason = failure?.message ?? 'closed by the peer';
  if (opened) return new LinkError('port/lost', `${place} is lost: ${reason}`, context, failure);
  const denied = failure?.code === 'EACCES' || failure?.code === 'EPERM';
  const code = denied ? 'port/denied' : 'port/missing';
  return new LinkError(code, `${place} cannot be reached: ${reason}`, context, failure);
}
