import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

/** For each tool with native packages, such as `@turbo/`, the platforms that the lockfile has them for. */
function nativePackages(lockfile: string): Map<string, Set<string>> {
  const platforms = new Map<string, Set<string>>()
  const entry = /^ {2}'?(\S*?)(darwin|linux|win32|windows)-(x64|arm64|64)(?:-\w+)?@\S+:$/gm
  for (const [, tool = '', os = '', cpu = ''] of lockfile.matchAll(entry)) {
    const platform = `${os === 'windows' ? 'win32' : os}-${cpu === '64' ? 'x64' : cpu}`
    platforms.set(tool, (platforms.get(tool) ?? new Set<string>()).add(platform))
  }
  return platforms
}

// pnpm leaves a platform's package out of the lockfile without a word if the registry does not have it at
// that moment; whoever installs on that platform later then gets a tool that does not start.
it('has the native packages of each tool for every platform', () => {
  const lockfile = readFileSync(join(import.meta.dirname, '../pnpm-lock.yaml'), 'utf8')
  const tools = nativePackages(lockfile)
  expect([...tools.keys()]).toEqual(expect.arrayContaining(['node-', '@turbo/', '@typescript/typescript-']))
  const linux = ['linux-arm64', 'linux-x64']
  const all = ['darwin-arm64', 'darwin-x64', ...linux, 'win32-x64']
  const missing = [...tools].flatMap(([tool, present]) =>
    // Node itself is brought along on Linux only.
    (tool === 'node-' ? linux : all)
      .filter((platform) => !present.has(platform))
      .map((platform) => `${tool} for ${platform}`),
  )
  expect(missing).toEqual([])
})
