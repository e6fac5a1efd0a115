import type { Rule } from '@icloud-delivery/rules'

const table = new URL(import.meta.url).searchParams.get('table')
if (table === null) throw new Error('doubled-rules stands in for the table of rules; see doubleTable')
const { rules: real } = (await import(table)) as { rules: readonly Rule[] }

/** Stands in for the table of rules: all of it, and each rule again with words and tags that resemble the real ones. */
export const rules: readonly Rule[] = [...real, ...real.map(resembling)]

function resembling(rule: Rule): Rule {
  return {
    ...rule,
    id: `${rule.id}-again`,
    tags: (rule.tags ?? []).map((tag) => `Z${tag.slice(1)}`),
    wordings: rule.wordings.map((wording) => ({ ...wording, keyword: rotated(wording.keyword) })),
    // The mixed set is made of the examples, and has to stay the same.
    examples: [],
  }
}

/** The same words, the last one first: parts of it are found in texts as often as parts of the real ones. */
function rotated(keyword: string): string {
  const words = keyword.split(' ')
  return words.length === 1 ? Array.from(keyword).toReversed().join('') : [words.pop(), ...words].join(' ')
}
