import type {LibraryHandle} from 'koffi';

/** The system's manager of services, as a service that it started may speak to it. */
export interface ServiceManager {
  /** One message, such as `READY=1`; never throws and never waits. False: it was not taken. */
  tell(message: string): boolean;
  /** The process is ended when nobody fed the watchdog for so long; undefined: there is none. */
  readonly watchdogMs: number | undefined;
}

export interface ServiceEnvironment {
  env(name: string): string | undefined;
  readonly pid: number;
}

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
/** Of `struct sockaddr_un`, behind the family. */
const MOST_PATH_BYTES = 108;
const US_IN_MS = 1000;

/**
 * The socket that systemd names in `NOTIFY_SOCKET`; undefined when nobody manages this process. Node has
 * no datagrams on unix sockets, so libc is called: no child is forked for each beat, and the unit needs no
 * more than `NotifyAccess=main`. @see sd_notify(3), unix(7)
 */
export async function serviceManager(
  environment: ServiceEnvironment,
): Promise<ServiceManager | undefined> {
  const path = environment.env('NOTIFY_SOCKET');
  if (path === undefined || !/^[/@]./.test(path)) return undefined;
  const address = socketAddress(path);
  if (!address) return undefined;
  // Costs 4 MB, and only who is managed needs it.
  const {default: koffi} = await import('koffi');
  const send = datagramSender(koffi.load(null), address);
  return send && {tell: send, watchdogMs: watchdogMs(environment)};
}

/** `WATCHDOG_PID` names whom the watchdog is meant for; without it every process of the service. */
function watchdogMs(environment: ServiceEnvironment): number | undefined {
  const meant = environment.env('WATCHDOG_PID');
  const limitUs = Number(environment.env('WATCHDOG_USEC'));
  if (!Number.isInteger(limitUs) || limitUs <= 0) return undefined;
  return meant === undefined || Number(meant) === environment.pid ? limitUs / US_IN_MS : undefined;
}

/** `struct sockaddr_un`; a name that begins with `@` lies in the abstract space, which a zero begins. */
function socketAddress(path: string): Uint8Array | undefined {
  const name = Buffer.from(path);
  if (name.length >= MOST_PATH_BYTES) return undefined;
  const isAbstract = path.startsWith('@');
  if (isAbstract) name[0] = 0;
  const family = new Uint8Array(Uint16Array.of(AF_UNIX).buffer);
  return Buffer.concat([family, name, ...(isAbstract ? [] : [Buffer.of(0)])]);
}

function datagramSender(
  libc: LibraryHandle,
  address: Uint8Array,
): ((message: string) => boolean) | undefined {
  const open = libc.func('int socket(int domain, int type, int protocol)');
  const sendTo = libc.func(
    'long sendto(int fd, const uint8_t *bytes, size_t size, int flags, const uint8_t *to, uint32_t toSize)',
  );
  const fd: number = open(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return undefined;
  return message => {
    const bytes = Buffer.from(message);
    const flags = MSG_DONTWAIT | MSG_NOSIGNAL;
    const sent: number = sendTo(fd, bytes, bytes.length, flags, address, address.length);
    return Number(sent) === bytes.length;
  };
}
