/** Runs `count` numbered tasks, `width` of them at a time. */
export async function atOnce(
  width: number,
  count: number,
  task: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0
  async function caller(): Promise<void> {
    while (next < count) await task(next++)
  }
  await Promise.all(Array.from({ length: Math.min(width, count) }, caller))
}
