import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { InnerTransport, MailLike, SendCallback } from './nodemailer-shapes.ts'
import { OpenedSockets } from './opened-sockets.ts'

async function server(): Promise<Server> {
  const made = createServer({ allowHalfOpen: true }, (socket) => socket.resume().on('error', () => {}))
  made.listen(0, '127.0.0.1')
  await once(made, 'listening')
  onTestFinished(() => void made.close())
  return made
}

function to(made: Server): Socket {
  const socket = connect(portOf(made), '127.0.0.1').resume()
  onTestFinished(() => void socket.destroy())
  return socket
}

function portOf(made: Server): number {
  return (made.address() as AddressInfo).port
}

const mail = {} as MailLike

it('waits for the connection to the server, and for no other that was opened on the way', async () => {
  const apple = await server()
  const accepted = once(apple, 'connection') as Promise<[Socket]>
  const images = await server()
  const sockets = new OpenedSockets([portOf(apple)])
  const opened: Socket[] = []
  const calledBack = new Promise((resolve) => {
    const send = (_mail: MailLike, callback: SendCallback): void => {
      opened.push(to(apple), to(images))
      for (const socket of opened)
        socket.on('connect', () => {
          if (opened.some(({ connecting }) => connecting)) return
          opened[0]?.end()
          callback(null, {})
        })
    }
    sockets.send({ name: 'test', version: '1', send }, mail, resolve)
  })
  await calledBack
  // After five seconds a connection is given up: here no time passes.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  let isOver = false
  const over = sockets.hungUp().then(() => (isOver = true))
  const [there] = await accepted
  await once(there, 'end')
  expect(isOver).toBe(false)
  there.end()
  await over
  expect(opened.map(({ closed, destroyed }) => closed || destroyed)).toEqual([true, false])
})

it('waits for a transport that is still sending, though nobody waits for its answer any more', async () => {
  const sockets = new OpenedSockets([25])
  let callback: SendCallback = () => {}
  const inner: InnerTransport = {
    name: 'test',
    version: '1',
    send: (_mail: MailLike, given: SendCallback) => void (callback = given),
  }
  const answers: unknown[] = []
  sockets.send(inner, mail, (error, info) => answers.push(error ?? info))
  let isOver = false
  const over = sockets.hungUp().then(() => (isOver = true))
  await new Promise(setImmediate)
  expect(isOver).toBe(false)
  callback(null, { response: '250 Ok' })
  await over
  expect(answers).toEqual([{ response: '250 Ok' }])
})

it.each([
  [
    'throws',
    () => {
      throw new Error('No')
    },
  ],
  ['rejects', () => Promise.reject(new Error('No'))],
])('waits for none that %s', async (_how, send) => {
  const sockets = new OpenedSockets([25])
  const sent = async (): Promise<unknown> =>
    sockets.send({ name: 'test', version: '1', send }, mail, () => {})
  await expect(sent()).rejects.toThrow('No')
  await sockets.hungUp()
})

it('waits for nothing where nothing was sent', async () => {
  await expect(new OpenedSockets([25]).hungUp()).resolves.toBeUndefined()
})
