import { rules } from '@icloud-delivery/rules'
import { expect, it } from 'vitest'
import { classifyNaively } from './naive-rules.ts'

it('knows the same rules by nearly all of their examples, so that the comparison is a fair one', () => {
  const examples = rules.flatMap((rule) => rule.examples.map(({ input }) => ({ input, id: rule.id })))
  const wrong = examples.filter(({ input, id }) => classifyNaively(input) !== id)
  // A list of patterns cannot tell by which words a rule is meant where two have some.
  expect(wrong.length / examples.length).toBeLessThan(0.1)
})
