import type { Socket } from 'node:net'

/** Nodemailer 10 gives the other side as long to close a connection, too; those before it wait for ever. */
const hangUpMs = 5000
/** In so many steps: while the process stood still it could not hear that the other side has closed. */
const steps = 5

/**
 * Resolves once a socket that nobody uses any more is closed by both sides: until then the server counts the connection. One
 * that the server keeps is given up after five seconds.
 */
export function hungUp(socket: Socket): Promise<void> {
  if (socket.closed) return Promise.resolve()
  return new Promise((resolve) => {
    let left = steps
    const waiting = setInterval(() => {
      if (--left > 0) return
      clearInterval(waiting)
      socket.destroy()
      resolve()
    }, hangUpMs / steps)
    socket.once('close', () => {
      clearInterval(waiting)
      resolve()
    })
  })
}
