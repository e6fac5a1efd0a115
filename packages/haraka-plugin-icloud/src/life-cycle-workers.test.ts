import { afterAll, beforeAll, describe, it } from 'vitest'
import {
  CONNECTIONS,
  expectAll,
  expectGracefulRestart,
  expectGracefulShutdown,
  expectNothingLostByKills,
  LifeCycle,
  sendAll,
} from './life-cycle.test.fixture.ts'

describe('nodes=4', { timeout: 300_000 }, () => {
  let cycle: LifeCycle
  beforeAll(async () => {
    cycle = await LifeCycle.start(4)
  })
  afterAll(() => cycle.close())

  it('kill -9 of everything loses nothing', async () => {
    await expectNothingLostByKills(cycle, [8])
  })

  it('graceful_shutdown=true: what is under way ends, what waits stays, and nothing is sent twice', async () => {
    await expectGracefulShutdown(cycle)
  })

  it('SIGHUP sends nothing twice', async () => {
    const to = await sendAll(cycle, 'h', { until: 8 })
    cycle.haraka.process.kill('SIGHUP')
    await cycle.haraka.logged(/Flushing the temp fail queue/)
    await cycle.emptyQueue()
    expectAll(cycle, to, { twice: 0 })
  })

  it('a graceful restart loses nothing and sends nothing twice', async () => {
    await expectGracefulRestart(cycle)
  })

  it('a worker that crashes leaves its mail to its replacement', async () => {
    const to = await sendAll(cycle, 'w', { until: 8 })
    process.kill(cycle.workers[0] as number, 'SIGKILL')
    await cycle.haraka.logged(/killed by signal SIGKILL/)
    await cycle.emptyQueue()
    expectAll(cycle, to, { twice: CONNECTIONS })
  })
})
