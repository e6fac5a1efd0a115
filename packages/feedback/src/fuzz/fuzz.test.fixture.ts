import { mutated, type Random } from './mutate.test.fixture.ts'

/** Seconds, for what is no parser. */
export const momentSeconds = 0.3
/** Seconds for which each parser is fed: a moment in the usual tests, 60 in `.ci/fuzz`. */
const usualSeconds = Number(process.env.FUZZ_SECONDS ?? momentSeconds)
/** Whatever waits for the thread, such as Vitest itself, waits no longer. */
const turnMs = 100
/**
 * Of the CPU: on a busy machine it takes longer and costs the same; but a virtual machine may be charged for the time for which its
 * host let it stand still.
 */
const longestRunMs = 20_000

/** How long such a test may take, in ms. */
export const fuzzMs: number = (usualSeconds + 60) * 1000

/**
 * Feeds a parser with inputs that are nearly right, until the time is up. Give the test {@link fuzzMs}, and expect that there was more
 * than one:
 *
 * ```ts
 * it('reads broken events', async () => {
 *   expect(await fuzz([JSON.stringify(event)], (input) => readEvent(input))).toBeGreaterThan(1)
 * }, fuzzMs)
 * ```
 *
 * @param examples what the parser understands, to be broken
 * @param run one input; it must not throw but for what it catches itself, nor take long
 * @param seconds for how long; by default as long as `.ci/fuzz` says
 * @returns how many inputs there were
 * @throws Error with the seed of the input that failed: `FUZZ_SEED=<seed>` begins with it
 */
export async function fuzz(
  examples: readonly (string | Uint8Array)[],
  run: (input: Buffer) => unknown,
  seconds: number = usualSeconds,
): Promise<number> {
  const all = examples.map((example) => Buffer.from(example as string))
  let seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31))
  const end = performance.now() + seconds * 1000
  let runs = 0
  let turnAt = performance.now()
  do {
    const input = mutated(all, randomOf(seed))
    const begun = process.cpuUsage()
    try {
      await run(input)
    } catch (error) {
      throw new Error(told('failed', seed, input), { cause: error })
    }
    if (process.cpuUsage(begun).user > longestRunMs * 1000)
      throw new Error(told('took too long', seed, input))
    runs++
    seed = (seed + 1) % 2 ** 31
    if (performance.now() - turnAt >= turnMs) {
      await new Promise(setImmediate)
      turnAt = performance.now()
    }
  } while (performance.now() < end || runs < 2)
  return runs
}

function told(what: string, seed: number, input: Buffer): string {
  return `it ${what} with FUZZ_SEED=${seed}; ${input.length} bytes, which begin ${JSON.stringify(input.toString('latin1', 0, 2000))}`
}

/** mulberry32: small, and the same everywhere. */
function randomOf(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
