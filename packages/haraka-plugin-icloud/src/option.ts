/** What Haraka's configuration parser makes of a section: numbers are numbers already. */
export type IniSection = Readonly<Record<string, string | number | boolean | null | undefined>>
export type Ini = Readonly<Record<string, IniSection | undefined>>

/** What a value may be, and how it is written. */
export interface Kind<T> {
  /** What is allowed, for messages. */
  expected: string
  /** `undefined` for what is not allowed. */
  parse(raw: string): T | undefined
  /** The value as it stands in the file, for messages. */
  show(value: T): string
  /** A value that is not allowed, for messages, without secrets. */
  hide?(raw: string): string
}

/** One option, or all of a section whose keys the operator chooses. */
export interface Option<T> {
  section: string
  /** `null`: every key of the section. */
  key: string | null
  /** Where nothing is said. */
  standard: T
  /** Whether a change waits until Haraka is started again. */
  restart: boolean
  /** `former` stands in for a value that is not allowed. */
  read(ini: Ini, former: T, complain: Complain): T
  same(one: T, other: T): boolean
}

/** Hears of each value that is not allowed: where, what is expected, what was found, and what stays in force. */
export type Complain = (where: string, expected: string, found: string, instead: string) => void

/** A row of the table of options: `[section] key`. */
export function option<T>(
  section: string,
  key: string,
  kind: Kind<T>,
  standard: T,
  { restart = false }: { restart?: boolean } = {},
): Option<T> {
  return {
    section,
    key,
    standard,
    restart,
    read(ini, former, complain) {
      const raw = rawOf(ini, section, key)
      return raw === null ? standard : parsed(kind, raw, former, `[${section}] ${key}`, complain)
    },
    same: (one, other) => kind.show(one) === kind.show(other),
  }
}

/** A row for a section whose keys the operator chooses, such as names of streams. All values are of one kind. */
export function perKey<T>(
  section: string,
  kind: Kind<T>,
  { restart = false }: { restart?: boolean } = {},
): Option<ReadonlyMap<string, T>> {
  return {
    section,
    key: null,
    standard: new Map(),
    restart,
    read(ini, former, complain) {
      const values = new Map<string, T>()
      for (const key of Object.keys(ini[section] ?? {})) {
        const raw = rawOf(ini, section, key)
        if (raw === null) continue
        const value = parsed<T | null>(
          { ...kind, show: (one) => (one === null ? 'no value' : kind.show(one)) },
          raw,
          former.get(key) ?? null,
          `[${section}] ${key}`,
          complain,
        )
        if (value !== null) values.set(key, value)
      }
      return values
    },
    same: (one, other) =>
      one.size === other.size &&
      [...one].every(([key, value]) => {
        const there = other.get(key)
        return there !== undefined && kind.show(there) === kind.show(value)
      }),
  }
}

/** `null` if the option is absent or empty. */
function rawOf(ini: Ini, section: string, key: string): string | null {
  const raw = ini[section]?.[key]
  return raw === undefined || raw === null || raw === '' ? null : String(raw)
}

function parsed<T>(kind: Kind<T>, raw: string, former: T, where: string, complain: Complain): T {
  const value = kind.parse(raw)
  if (value !== undefined) return value
  complain(where, kind.expected, kind.hide?.(raw) ?? raw, kind.show(former))
  return former
}
