import { expect, it } from 'vitest'
import { directStage, mail, rejection } from './stage.test.fixture.ts'
import { toBullMQError } from './to-bullmq-error.ts'

async function mapped(error: unknown) {
  const moves: unknown[][] = []
  const job = { moveToDelayed: async (...move: unknown[]) => void moves.push(move) }
  return { moves, thrown: (await toBullMQError(error, job, 'token')) as Error }
}

it.each(['mailbox-full', 'proofpoint-block'])(
  'puts a job off until Apple may be asked again: %s',
  async (rule) => {
    const { transporter } = await directStage({}, { retry: { budgetMs: 0 } })
    const error = await rejection(transporter.sendMail(mail(`${rule}@icloud.com`)))
    const { moves, thrown } = await mapped(error)
    expect(thrown).toMatchObject({ name: 'DelayedError', message: error.message, cause: error })
    expect(moves).toEqual([[error['retryAt'], 'token']])
  },
)

it.each(['invalid-recipient', 'inactive-account', 'dmarc-failure'])(
  'ends a job that is given up: %s',
  async (rule) => {
    const { transporter } = await directStage()
    const error = await rejection(transporter.sendMail(mail(`${rule}@icloud.com`)))
    const { moves, thrown } = await mapped(error)
    expect(thrown).toMatchObject({ name: 'UnrecoverableError', cause: error })
    expect(moves).toEqual([])
  },
)

it('ends a job whose message may have arrived', async () => {
  const { transporter } = await directStage({ anna: [{ drop: true, phase: 'eod' }] })
  const error = await rejection(transporter.sendMail(mail('anna@icloud.com')))
  expect((await mapped(error)).thrown).toMatchObject({
    name: 'UnrecoverableError',
    cause: { ambiguous: true },
  })
})

it.each([new Error('Relay away'), 'odd', null, undefined])(
  'leaves anything else as it is: %s',
  async (error) => {
    expect((await mapped(error)).thrown).toBe(error)
  },
)
