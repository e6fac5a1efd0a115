import { readFileSync } from 'node:fs'

/**
 * What is wrong with the version of Node, for people; `null` if it is new enough. Nothing is imported here that an old Node
 * may not have.
 *
 * @param version - such as `v22.19.0`
 */
export function nodeProblem(version: string): string | null {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  const { engines } = JSON.parse(manifest) as { engines: { node: string } }
  const needed = engines.node.replace('>=', '')
  if (isAtLeast(version, needed)) return null
  return (
    `Node ${needed} or newer is needed, and this is ${version} (${process.execPath}). ` +
    'Install a newer one (https://nodejs.org/en/download), or put it first in PATH'
  )
}

function isAtLeast(version: string, needed: string): boolean {
  const numbers = (text: string): number[] => text.replace(/^v/, '').split('.').map(Number.parseFloat)
  const [major = 0, minor = 0] = numbers(version)
  const [leastMajor = 0, leastMinor = 0] = numbers(needed)
  return major === leastMajor ? minor >= leastMinor : major > leastMajor
}
