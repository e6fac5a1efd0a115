import { describe, expect, test } from 'vitest'
import { nodeProblem } from './node-version.ts'
import { bin, runProgram, type Ended } from './run-bin.test.helper.ts'

test.each([
  ['v22.19.0', true],
  ['v22.18.9', false],
  ['v23.0.0', true],
  ['v26.1.0-nightly', true],
  ['v20.20.0', false],
])('Node %s is new enough: %s', (version, isFine) => {
  expect(nodeProblem(version) === null).toBe(isFine)
})

describe('an old Node', () => {
  const old = `data:text/javascript,Object.defineProperty(process,'version',{value:'v20.19.5'})`
  const runWithOld = (...args: string[]): Promise<Ended> =>
    runProgram(process.execPath, ['--import', old, bin, ...args])

  test('is told what was found, what is needed and what to do, before anything is imported', async () => {
    const { code, stdout, stderr } = await runWithOld('classify', 'mail.log')
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(
      /^icloud-delivery: Node 22\.19 or newer is needed, and this is v20\.19\.5 \(.*\)\. Install .*\(ENODE\)\n$/,
    )
  })

  test('is told so as JSON where that is asked for', async () => {
    const { stderr } = await runWithOld('status', '--json')
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'ENODE' } })
  })
})
