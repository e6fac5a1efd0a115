/** A list of Spamhaus’. */
export type SpamhausList = 'SBL' | 'XBL' | 'PBL' | 'DBL'

/** What an answer means: lists, or that the question was refused. */
export type SpamhausAnswer =
  | { kind: 'listed'; lists: SpamhausList[]; detail: string[] }
  | { kind: 'refused'; why: string }

/** https://www.spamhaus.org/faqs/dnsbl-usage/: what the last number of 127.0.0.x stands for. */
const zen = new Map<number, readonly [list: SpamhausList, detail: string]>([
  [2, ['SBL', 'SBL']],
  [3, ['SBL', 'CSS: snowshoe spam']],
  [4, ['XBL', 'CBL: a compromised system']],
  [5, ['XBL', 'XBL']],
  [6, ['XBL', 'XBL']],
  [7, ['XBL', 'XBL']],
  [9, ['SBL', 'DROP: a hijacked network']],
  [10, ['PBL', 'PBL, by the owner of the range']],
  [11, ['PBL', 'PBL, by Spamhaus']],
])

const refusals = new Map([
  ['127.255.255.252', 'the name of the list is misspelt'],
  ['127.255.255.254', 'the question came over a public resolver'],
  ['127.255.255.255', 'too many questions'],
])

/** @param addresses all that DNS gave for one question */
export function readZen(addresses: readonly string[]): SpamhausAnswer {
  return read(addresses, (address) =>
    address.startsWith('127.0.0.') ? zen.get(Number(address.slice(8))) : undefined,
  )
}

/** @param addresses all that DNS gave for one question */
export function readDbl(addresses: readonly string[]): SpamhausAnswer {
  return read(addresses, (address) => {
    const number = address.startsWith('127.0.1.') ? Number(address.slice(8)) : 0
    if (number < 2 || number > 199) return undefined
    return [
      'DBL',
      number >= 102
        ? 'an abused domain that is otherwise legitimate'
        : 'a domain used for spam, phishing or malware',
    ]
  })
}

function read(
  addresses: readonly string[],
  meaning: (address: string) => readonly [SpamhausList, string] | undefined,
): SpamhausAnswer {
  const lists = new Set<SpamhausList>()
  const detail: string[] = []
  for (const address of addresses) {
    const known = meaning(address)
    // Never "listed" for what is not understood: a resolver may lie, or the list may end.
    if (known === undefined)
      return { kind: 'refused', why: refusals.get(address) ?? `an unknown answer, ${address}` }
    lists.add(known[0])
    detail.push(`${address}: ${known[1]}`)
  }
  return { kind: 'listed', lists: [...lists], detail }
}
