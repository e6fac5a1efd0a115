/** What people write for Apple's short domains. These are too short to go by distance: ms.com and max.com are real. */
const shortTypos: ReadonlyMap<string, string> = new Map(
  ['me', 'mac'].flatMap((name) =>
    ['con', 'cm', 'cmo', 'ocm', 'vom', 'xom', 'comm', 'cim', 'cpm', 'coml', 'om'].map(
      (ending) => [`${name}.${ending}`, `${name}.com`] as const,
    ),
  ),
)
const others = ['icloud.com', 'privaterelay.appleid.com', 'private.icloud.com'] as const
/** Real domains that are near. */
const real: ReadonlySet<string> = new Set(['cloud.com', 'icloud.com', 'me.com', 'mac.com'])

/** The domain of Apple's that was probably meant; `null` if none was. */
export function appleTypo(domain: string): string | null {
  const written = domain
    .toLowerCase()
    .replace(/[,;]/g, '.')
    .replace(/\.{2,}/g, '.')
    .replace(/^\.|\.$/g, '')
  if (real.has(written)) return written === domain.toLowerCase() ? null : written
  const short = shortTypos.get(written)
  if (short !== undefined) return short
  // People take the ending of their country.
  if (/^icloud(?:\.[a-z]{2,4})?$/.test(written)) return 'icloud.com'
  if (written.length > 40) return null
  return others.find((one) => written !== one && distance(written, one) <= (one.length > 12 ? 3 : 2)) ?? null
}

/** Letters left out, added, wrong or swapped. */
function distance(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const next = [row]
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1]
      let least = Math.min(
        (last[column] ?? 0) + 1,
        (next[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (isSame ? 0 : 1),
      )
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
        least = Math.min(least, (before[column - 2] ?? 0) + 1)
      next.push(least)
    }
    before = last
    last = next
  }
  return last[b.length] ?? 0
}
