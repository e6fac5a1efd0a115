import type { Engine } from '@icloud-delivery/engine'

/**
 * Has these rules' holds let their next probe through now: the demo says when, as on a busy machine what shall be seen to wait
 * might come when the door is open again.
 */
export async function probesDue(engine: Engine, rules: readonly string[]): Promise<void> {
  for (const { scope, id, rule } of await engine.holds()) {
    if (rules.includes(rule)) while (!(await isDue(engine, `scope/${scope}/${id}`)));
  }
}

/** `false`: somebody else was faster to write. */
async function isDue({ ledger }: Engine, key: string): Promise<boolean> {
  const [entry] = await ledger.read([key])
  const state = entry?.value as { hold?: object | null } | undefined
  if (!entry || !state?.hold) return true
  const value = { ...state, hold: { ...state.hold, until: Date.now() } }
  return ledger.write([{ key, expected: entry.version, value }])
}
