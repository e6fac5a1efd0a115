import type { Socket } from 'node:net'
import type { Readable, Writable } from 'node:stream'
import type { MailNotes } from './mail-notes.ts'

/**
 * The parts of Haraka 3.3 that the plugin touches. Haraka ships no types. Where a member is not documented by Haraka
 * as part of its plugin interface, its comment says so.
 */

/** Ends a hook: a return code of haraka-constants (none means "go on") and what belongs to it. */
export type Next = (code?: number, message?: unknown) => void

/** A plugin as Haraka makes it: `this` in every hook. */
export interface Plugin {
  name: string
  /** Seconds after which Haraka gives a hook up; 0 is never. Read anew for each call. */
  timeout: number
  /** `data` is the file's lines as they are, `list` without comments. The callback is called when the file has changed. */
  config: { get(name: string, how?: 'data' | 'list' | (() => void), changed?: () => void): unknown }
  haraka_require(name: string): unknown
  register_hook(hook: string, method: string, priority?: number): void
  loginfo(message: string): void
  lognotice(message: string): void
  logwarn(message: string): void
  logerror(message: string): void
  logcrit(message: string): void
  logalert(message: string): void
}

/** An envelope address. Haraka writes the outcome of an attempt on it. */
export interface Address {
  /** `user@host` without brackets; empty for the null sender. */
  readonly address: string
  readonly original: string
  user: string | null
  host: string | null
  /** The reply at RCPT, and only that. */
  reason?: string | undefined
  dsn_action?: string | undefined
  dsn_status?: string | undefined
  dsn_remote_mta?: string | undefined
  dsn_smtp_code?: string | undefined
  dsn_smtp_extc?: string | undefined
  dsn_smtp_response?: string | undefined
  /** Failures that Haraka made up itself: no MX, no connection. */
  dsn_code?: string | number | undefined
  dsn_msg?: string | undefined
}

/** A host to deliver to. `from_dns` is its name if DNS gave it; `exchange` is then the IP address. */
export interface Mx {
  exchange?: string
  port?: number
  priority?: number
  from_dns?: string
  /** The local IP address. */
  bind?: string
  bind_helo?: string
}

/** What a plugin may give as MX: a host, `host:port`, a URL, or a list of such. */
export type GivenMx = string | Mx | readonly (string | Mx)[]

/** An outbound connection: STARTTLS changes the socket beneath it. */
export interface OutboundSocket {
  /** `line` gives one line of a reply, `timeout` nothing. */
  on: (
    this: OutboundSocket,
    event: 'line' | 'timeout' | (string & {}),
    listener: (line: string) => void,
  ) => unknown
  remoteAddress?: string | undefined
  once(event: 'close', listener: () => void): unknown
  /** ms without a byte in either direction, then `timeout`. */
  setTimeout(ms: number): unknown
  destroy(): unknown
  closed?: boolean
  /** The socket beneath. Neither this nor the next is part of the plugin interface. */
  targetsocket?: Pick<Socket, 'once' | 'setTimeout' | 'closed'>
  upgrade?: (this: OutboundSocket, ...args: unknown[]) => void
  /** Strings are SMTP commands; the message itself comes as buffers. Not part of the plugin interface. */
  write: (this: OutboundSocket, chunk: string | Uint8Array, ...rest: unknown[]) => boolean
}

/** What Haraka knows of a queued message. Written to the queue file, all but `rcpt_to` for good. */
export interface Todo {
  /** The same over retries, splits and restarts. */
  uuid: string
  domain: string
  /** ms since the epoch. */
  queue_time: number
  mail_from: Address
  rcpt_to: Address[]
  notes: TransactionNotes
}

/** A queued message for one recipient domain. */
export interface HMail {
  todo: Todo | null
  filename: string
  /** Of the queue file. */
  path: string
  /** Shared by all parts of a message. */
  notes: unknown
  /** Ours: Haraka gives queued mail none. */
  results?: Results | undefined
  bounce_error: Error | null
  num_failures: number
  /** When the name of its queue file says that it is due, ms since the epoch. */
  next_process: number
  refcount: number
  /** Hooks of other plugins that have yet to run. Not part of the plugin interface. */
  hooks_to_run?: unknown[]
  cfg: { temp_fail_intervals: number[] }
  /** Called once at each end of an attempt: frees its place in Haraka's queue of deliveries. */
  next_cb: () => void
  /** Runs the `get_mx` hooks. */
  get_mx(): void
  /** The hosts that are left to try. Neither this nor the next is part of the plugin interface. */
  mxlist?: Mx[]
  /** Connects to the next host. */
  try_deliver?: (this: HMail) => unknown
  /** The message without its envelope, from the queue file. */
  data_stream(): Readable
  discard: (this: HMail) => void
  double_bounce(reason: string): void
  bounce(reason: string, extra?: object): void
  temp_fail(reason: string, extra?: object): void
  convert_temp_failed_to_bounce(reason: string, extra?: object): void
  split_to_new_recipients: (
    this: HMail,
    recipients: Address[],
    response: string,
    done: (split: HMail) => void,
  ) => void
  populate_bounce_message(
    from: string,
    to: Address,
    reason: Error | null,
    done: (error: Error | null, lines: string[]) => void,
  ): void
  /** Where the answers of hooks go: `<hook>_respond` is how Haraka calls hooks back. */
  get_mx_respond: (this: HMail, code: number, mx?: GivenMx) => unknown
  send_email_respond(code: number, seconds: number): unknown
  bounce_respond: (this: HMail, code: number, message?: unknown) => unknown
  once(event: 'ready' | 'error', listener: (error?: unknown) => void): unknown
  /** Speaks SMTP over a ready socket. Not part of the plugin interface. */
  try_deliver_host_on_socket?: (
    this: HMail,
    mx: Mx,
    host: string,
    port: number,
    socket: OutboundSocket,
  ) => void
}

/** What a `deferred` hook gets. `delay` in seconds may be changed. */
export interface DeferredParams {
  delay: number
  err: string
  fail_recips?: Address[]
  mx?: Mx
}

/** What a `bounce` hook gets. */
export interface BounceError extends Error {
  mx?: Mx
  bounced_rcpt?: Address[]
  deferred_rcpt?: Address[]
}

/** What a `delivered` hook gets: host, IP, response, delay, port, mode, accepted recipients, secured, authenticated. */
export type DeliveredParams = readonly [
  string,
  string,
  string,
  number,
  number,
  string,
  Address[],
  ...unknown[],
]

/** What plugins found out, kept by Haraka for other plugins and for logs (haraka-results). */
export interface Results {
  add(plugin: Plugin, results: Readonly<Record<string, unknown>>): void
  push(plugin: Plugin, results: Readonly<Record<string, unknown>>): void
  incr(plugin: Plugin, results: Readonly<Record<string, number>>): void
}

export interface Header {
  /** The values of all headers of that name, one a line; empty if there is none. */
  get(name: string): string
  /** Throws for what cannot be read. */
  get_addresses(name: string): readonly { host?: string | null }[]
  header_list: string[]
}

/** Where this plugin leaves what it knows of a message: copied into the queue file. */
export interface TransactionNotes {
  icloud?: MailNotes
}

export interface Transaction {
  uuid: string
  mail_from: Address
  rcpt_to: Address[]
  notes: TransactionNotes
  header: Header
  results: Results
  data_bytes: number
  message_stream: { get_data(done: (data: Buffer) => void): void }
  remove_header(name: string): void
}

export interface Connection {
  /** Whether the client is authenticated or allowed to relay. */
  relaying: boolean
  remote: { ip: string }
  /** `auth_user`: who logged in. */
  notes: { auth_user?: string }
  transaction: Transaction | null
}

/** A message in Haraka's queue of deferred ones. */
export interface TimerEntry {
  /** The name of its queue file. */
  id: string
  /** ms since the epoch. */
  fire_time: number
  /** `null` once it was cancelled. */
  cb: (() => void) | null
  cancel(): void
}

/** Haraka's queue of deferred messages. `queue` and `fire` are not part of the plugin interface. */
export interface TimerQueue {
  queue: TimerEntry[]
  add(id: string, ms: number, due: () => void): TimerEntry
  /** Throws if there is no such entry. */
  discard(id: string): TimerEntry[]
  fire(): void
  /** Starts all, due or not. */
  drain(): void
  length(): number
}

/** Haraka's `outbound/client_pool` and `outbound/config` modules. Not part of the plugin interface. */
export interface ClientPool {
  get_client: (
    this: ClientPool,
    mx: Mx,
    callback: (error: string | null, socket: OutboundSocket) => void,
  ) => void
}
export interface OutboundConfig {
  /** In seconds. */
  connect_timeout: number
}

/** Haraka's `outbound/queue` module. */
export interface QueueModule {
  queue_dir?: string
  /** When the queue was last read. Neither this nor the next is part of the plugin interface. */
  cur_time?: Date
  /** Takes up a message that was read from its queue file. */
  _add_hmail?: (hmail: HMail) => void
}

/** What Haraka says of a file in its queue. */
export interface Listed {
  file: string
  domain: string
  /** Of the process that it belongs to. */
  pid: number | null
}

/** Haraka's `outbound` module. */
export interface Outbound {
  list_queue(): Promise<Listed[]>
  /** Tries what is put off: of a domain, or all of it. `pid`: only files of this process. */
  flush_queue(domain?: string, pid?: number): Promise<void>
  send_email(
    from: Address | string,
    to: Address | string,
    contents: string,
    next: (code: number, message?: unknown) => void,
    options?: { origin: unknown },
  ): void
  delivery_queue: { push(hmail: HMail): void }
  temp_fail_queue: TimerQueue
  net_utils: { HarakaMx: new (given: string | Mx) => Mx }
  /** Names of queue files, and how names of unfinished ones begin. */
  qfile: {
    name(): string
    platformDOT: string
    /** `null` for what is no name of a queue file. */
    parts(name: string): { pid: number } | null
  }
  /** Writes the envelope, which comes first in a queue file. */
  build_todo(todo: Todo, file: Writable, done: () => void): void
  /** Exported by Haraka for its own tests. Not part of the plugin interface. */
  HMailItem: {
    new (filename: string, path: string, notes: unknown): HMail
    prototype: {
      /** Writes a DSN with the operator's template. */
      populate_bounce_message_with_headers: (
        this: { todo: { rcpt_to: Address[]; queue_time: number } },
        from: Address | string,
        to: Address,
        reason: string,
        header: Header,
        done: (error: Error | null, lines: string[]) => void,
      ) => void
      /** Reads a part of a queue file. Not part of the plugin interface. */
      _stream_bytes_from?: (this: HMail, file: string, range: object) => Promise<Buffer>
    }
  }
}
