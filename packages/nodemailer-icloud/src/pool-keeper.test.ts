import nodemailer from 'nodemailer'
import { expect, it } from 'vitest'
import { PoolKeeper } from './pool-keeper.ts'

it('keeps a pool once, however many wrappers it has', () => {
  const { transporter: pool } = nodemailer.createTransport({ pool: true, host: '127.0.0.1' })
  const keeper = PoolKeeper.of(pool)
  expect(keeper).toBeInstanceOf(PoolKeeper)
  expect(PoolKeeper.of(pool)).toBe(keeper)
  expect(PoolKeeper.of(nodemailer.createTransport({ host: '127.0.0.1' }).transporter)).toBeNull()
})
