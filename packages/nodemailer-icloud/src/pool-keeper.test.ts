import { EventEmitter } from 'node:events'
import nodemailer from 'nodemailer'
import { expect, it } from 'vitest'
import type { MailLike } from './nodemailer-shapes.ts'
import { PoolKeeper, type PoolConnection } from './pool-keeper.ts'

it('keeps a pool once, however many wrappers it has', () => {
  const { transporter: pool } = nodemailer.createTransport({ pool: true, host: '127.0.0.1' })
  const keeper = PoolKeeper.of(pool)
  expect(keeper).toBeInstanceOf(PoolKeeper)
  expect(PoolKeeper.of(pool)).toBe(keeper)
  expect(PoolKeeper.of(nodemailer.createTransport({ host: '127.0.0.1' }).transporter)).toBeNull()
})

it('tells the mails of one connection apart, though the pool gives it the next one at once', async () => {
  const first = {} as MailLike
  const second = {} as MailLike
  const connection: PoolConnection = Object.assign(new EventEmitter(), {
    available: false,
    messages: 0,
    send: () => {},
    close: () => {},
  })
  const pool = {
    name: 'SMTP (pool)',
    version: '10.6.0',
    send: () => {},
    _connections: [connection],
    // As Nodemailer does it where more waits inside the pool.
    _createConnection: () => connection.once('available', () => connection.send(second, () => {})),
  }
  const keeper = PoolKeeper.of(pool)
  pool._createConnection().send(first, () => {})
  const firstSettled = keeper?.settled(first)
  connection.emit('available')
  expect(await firstSettled).toBe(connection)
  let isSettled = false
  const secondSettled = keeper?.settled(second).finally(() => (isSettled = true))
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
  expect(isSettled).toBe(false)
  connection.emit('close')
  expect(await secondSettled).toBe(connection)
})
