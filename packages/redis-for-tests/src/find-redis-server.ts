import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** What a person has to do if {@link findRedisServer} finds nothing. */
export const noRedisServer =
  "there is no redis-server or valkey-server: install it, for example Debian's redis-server or Homebrew's redis"

/** The path of the server on this machine, `null` if it has none. */
export function findRedisServer(): string | null {
  const directories = (process.env.PATH ?? '').split(delimiter)
  for (const name of ['redis-server', 'valkey-server']) {
    for (const directory of directories) {
      if (directory === '') continue
      const path = join(directory, name)
      try {
        accessSync(path, constants.X_OK)
        return path
      } catch {
        // Not here.
      }
    }
  }
  return null
}

/**
 * Whether tests that need a server can run; for `describe.skipIf(!hasRedisServer())`. In CI a missing server is an error:
 * there nobody would see that they were skipped.
 */
export function hasRedisServer(): boolean {
  if (findRedisServer() !== null) return true
  if (process.env.CI === 'true') throw new Error(noRedisServer)
  return false
}
