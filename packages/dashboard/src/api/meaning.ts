import { rules, type Disposition, type Fault, type Rule, type Scope } from '@icloud-delivery/rules'

/** What a rule says, for people. */
export interface Meaning {
  id: string
  title: string
  fault: Fault
  scope: Scope
  disposition: Disposition
  meaning: string
  causes: readonly string[]
  fixes: readonly string[]
  sources: readonly string[]
  /** A real reply of Apple's, as an example. */
  example: string | null
}

const byId: ReadonlyMap<string, Meaning> = new Map(rules.map((rule) => [rule.id, meaning(rule)]))

/** Of a rule, also as an incident names it (`local-policy/ZZ9`); `null` for what is none, such as `no-reply`. */
export function meaningOf(rule: string | null): Meaning | null {
  if (rule === null) return null
  return byId.get(rule) ?? byId.get(rule.split('/')[0] ?? '') ?? null
}

function meaning(rule: Rule): Meaning {
  const { id, title, fault, scope, disposition, causes, fixes, sources } = rule
  const example = rule.examples[0]?.input ?? null
  return { id, title, fault, scope, disposition, meaning: rule.meaning, causes, fixes, sources, example }
}
