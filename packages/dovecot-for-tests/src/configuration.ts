import type { Accounts } from './accounts.ts'
import { configuration23 } from './configuration-2.3.ts'
import { configuration24 } from './configuration-2.4.ts'

/** Versions whose configurations differ. */
export type DovecotVersion = '2.3' | '2.4'

export interface Configuration {
  directory: string
  port: number
  tlsPort: number
  folders: Readonly<Record<string, string | null>>
  accounts: Accounts
}

/** A configuration that uses nothing outside of `directory`. */
export const configurations: Readonly<Record<DovecotVersion, (settings: Configuration) => string>> = {
  '2.3': configuration23,
  '2.4': configuration24,
}
