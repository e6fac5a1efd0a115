import { isIP } from 'node:net'
import type { HMail, Mx, OutboundSocket } from './haraka.ts'
import { Marked } from './marked.ts'
import type { Settings } from './settings.ts'
import { SharedWrapper } from './shared-wrapper.ts'
import type { Turns } from './turns.ts'

/** What it takes to look after a message's sockets. */
export interface Keeper {
  turns: Turns
  readonly settings: Pick<
    Settings,
    'laneIps' | 'laneHelos' | 'connectTimeOut' | 'replyTimeOut' | 'dotTimeOut'
  >
  /** Bounds the time to connect to a host. */
  boundConnect: (mx: Mx, ms: number) => void
}

/** How long a server that was told QUIT may take to answer, in ms. */
const QUIT_WAIT = 30_000
/** How long it may take to hang up after that, in ms. */
const BYE_WAIT = 2000

const kept = new Marked<HMail>()

/**
 * Has a message that is on its turn on a lane connect from the lane's address, counts its sockets until they are
 * closed, and bounds the time of each phase.
 *
 * The ways in are no public interface of Haraka's: `false` if they were not there.
 */
export function keepSockets(keeper: Keeper, hmail: HMail): boolean {
  if (kept.has(hmail)) return true
  const { try_deliver: tryNext, try_deliver_host_on_socket: deliver } = hmail
  if (typeof tryNext !== 'function' || typeof deliver !== 'function') return false
  try {
    hmail.try_deliver = preparing.around(keeper, tryNext)
    hmail.try_deliver_host_on_socket = counting.around(keeper, deliver)
  } catch {
    return false
  }
  kept.add(hmail)
  return true
}

const preparing = new SharedWrapper<Keeper, NonNullable<HMail['try_deliver']>>((keeper, tryNext) => {
  return function () {
    const turn = keeper.turns.of(this)
    if (turn && this.mxlist) this.mxlist = prepared(this.mxlist, keeper, turn.lane)
    return tryNext.call(this)
  }
})

const counting = new SharedWrapper<Keeper, NonNullable<HMail['try_deliver_host_on_socket']>>(
  (keeper, deliver) => {
    return function (mx, host, port, socket) {
      const turn = keeper.turns.of(this)
      if (turn) countUntilClosed(socket, turn.opened())
      deliver.call(this, mx, host, port, socket)
      if (turn) boundPhases(socket, keeper.settings)
    }
  },
)

function prepared(mxs: readonly Mx[], { settings, boundConnect }: Keeper, lane: string): Mx[] {
  const ip = settings.laneIps.get(lane)
  const helo = settings.laneHelos.get(lane)
  const family = isIP(ip ?? '')
  // An IPv4 address cannot connect to an IPv6 one.
  const same = family === 0 ? [] : mxs.filter(({ exchange }) => isIP(exchange ?? '') === family)
  const usable = same.length > 0 ? same : [...mxs]
  for (const mx of usable) {
    if (ip !== undefined) mx.bind = ip
    if (helo !== undefined) mx.bind_helo = helo
    boundConnect(mx, settings.connectTimeOut)
  }
  return usable
}

/** STARTTLS takes all listeners off the socket beneath, and puts another one on top. */
function countUntilClosed(socket: OutboundSocket, closed: () => void): void {
  const beneath = socket.targetsocket ?? socket
  if (beneath.closed === true) return closed()
  beneath.once('close', closed)
  const { upgrade } = socket
  if (typeof upgrade !== 'function') return
  socket.upgrade = function (...args) {
    // What is set later reaches only the one on top; this one would end the connection at its old time.
    socket.targetsocket?.setTimeout(0)
    upgrade.apply(this, args)
    beneath.once('close', closed)
  }
}

/** Haraka itself has one time-out for everything, and after QUIT waits for the server to hang up, for ever. */
function boundPhases(
  socket: OutboundSocket,
  { replyTimeOut, dotTimeOut }: Pick<Settings, 'replyTimeOut' | 'dotTimeOut'>,
): void {
  let hasQuit = false
  socket.setTimeout(replyTimeOut)
  const write = socket.write
  socket.write = function (chunk, ...rest) {
    if (chunk === '.\r\n') socket.setTimeout(dotTimeOut)
    else if (chunk === 'QUIT\r\n') {
      hasQuit = true
      socket.setTimeout(Math.min(QUIT_WAIT, replyTimeOut))
    }
    return write.call(this, chunk, ...rest)
  }
  // The server hangs up after its answer, and then it counts the connection no more.
  socket.on('line', () => {
    if (hasQuit) socket.setTimeout(BYE_WAIT)
  })
  socket.on('timeout', () => {
    if (hasQuit) socket.destroy()
  })
}
