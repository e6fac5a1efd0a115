import { execFileSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { configurations, type DovecotVersion } from './configuration.ts'

/** What a person has to do if {@link findDovecot} finds nothing. */
export const noDovecot =
  "there is no Dovecot 2.3 or 2.4 with IMAP: install it, for example Debian's or Ubuntu's dovecot-imapd"

export interface DovecotPrograms {
  version: DovecotVersion
  dovecot: string
  /** Delivers one message, `dovecot-lda`. */
  deliver: string
}

/** The programs on this machine, `null` if it has none of a version that is known here. */
export function findDovecot(): DovecotPrograms | null {
  // Debian puts it where only root's PATH looks.
  const directories = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  for (const directory of directories) {
    if (directory === '') continue
    const dovecot = join(directory, 'dovecot')
    if (!isProgram(dovecot)) continue
    const libraries = ['lib', 'libexec'].map((name) => join(dirname(directory), name, 'dovecot'))
    const library = libraries.find((path) => existsSync(join(path, 'imap')))
    if (library === undefined) continue
    const version = versionOf(dovecot)
    if (version !== undefined) return { version, dovecot, deliver: join(library, 'dovecot-lda') }
  }
  return null
}

/**
 * Whether tests that need a server can run; for `describe.skipIf(!hasDovecot())`. In CI a missing server is an error: there
 * nobody would see that they were skipped.
 */
export function hasDovecot(): boolean {
  if (findDovecot() !== null) return true
  if (process.env.CI === 'true') throw new Error(noDovecot)
  return false
}

function versionOf(dovecot: string): DovecotVersion | undefined {
  const said = execFileSync(dovecot, ['--version'], { encoding: 'utf8' })
  return (Object.keys(configurations) as DovecotVersion[]).find((version) => said.startsWith(`${version}.`))
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
