/** What Haraka's configuration parser makes of a section: numbers are numbers already. */
export type IniSection = Readonly<Record<string, string | number | boolean | null | undefined>>
export type Ini = Readonly<Record<string, IniSection | undefined>>

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/
const A_NAME = 'a name of letters, digits, ".", "_" and "-"'

/** Reads options, and collects what is wrong with them; the default stands in for a value that is not allowed. */
export class IniReader {
  /** One line for each mistake: file, option, what is allowed, what was found. */
  readonly problems: string[] = []
  readonly #file: string
  readonly #ini: Ini

  constructor(file: string, ini: Ini) {
    this.#file = file
    this.#ini = ini
  }

  /** Complains of sections and options that are not in `known`; `null` stands for any options. */
  refuseUnknown(known: ReadonlyMap<string, readonly string[] | null>): void {
    for (const [section, options] of Object.entries(this.#ini)) {
      const allowed = known.get(section)
      if (allowed === undefined) {
        this.problems.push(
          `${this.#file} [${section}]: no such section; there are ${[...known.keys()].join(', ')}`,
        )
      } else if (allowed !== null) {
        for (const key of Object.keys(options ?? {})) {
          if (allowed.includes(key)) continue
          this.problems.push(
            `${this.#file} [${section}] ${key}: no such option; there are ${allowed.join(', ')}`,
          )
        }
      }
    }
  }

  /** The options that a section has. */
  keys(section: string): string[] {
    return Object.keys(this.#ini[section] ?? {})
  }

  has(section: string): boolean {
    return this.#ini[section] !== undefined
  }

  /** `null` if the option is absent or empty. */
  text(section: string, key: string): string | null {
    const raw = this.#ini[section]?.[key]
    return raw === undefined || raw === null || raw === '' ? null : String(raw)
  }

  /** The items of a list that is separated by commas. */
  list(section: string, key: string): string[] {
    const items = (this.text(section, key) ?? '').split(',').map((item) => item.trim())
    return items.filter((item) => item !== '')
  }

  number(section: string, key: string, standard: number, [least, most]: readonly [number, number]): number {
    const raw = this.text(section, key)
    if (raw === null) return standard
    const parsed = Number(raw)
    if (parsed >= least && parsed <= most) return parsed
    this.complain(section, key, raw, `a number from ${least} to ${most}`, `using ${standard}`)
    return standard
  }

  flag(section: string, key: string, standard: boolean): boolean {
    const raw = this.text(section, key)
    if (raw === null) return standard
    if (/^(?:true|yes|on|1)$/i.test(raw)) return true
    if (/^(?:false|no|off|0)$/i.test(raw)) return false
    this.complain(section, key, raw, 'true or false', `using ${standard}`)
    return standard
  }

  name(section: string, key: string, standard: string): string {
    const raw = this.text(section, key)
    if (raw === null) return standard
    if (NAME.test(raw)) return raw
    this.complain(section, key, raw, A_NAME, `using ${standard}`)
    return standard
  }

  names(section: string, key: string, standard: readonly string[]): readonly string[] {
    const items = this.list(section, key)
    if (items.length === 0) return standard
    return items.filter((item) => {
      if (NAME.test(item)) return true
      this.complain(section, key, item, A_NAME, 'leaving it out')
      return false
    })
  }

  complain(section: string, key: string, found: string, allowed: string, instead: string): void {
    this.problems.push(
      `${this.#file} [${section}] ${key}: ${allowed} is expected, found ${JSON.stringify(found)}; ${instead}`,
    )
  }
}
