import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')

interface Manifest {
  name: string
  dependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
  devDependencies?: Record<string, string>
}

interface Workspace {
  /** Folder, relative to the root, such as `packages/rules`. */
  folder: string
  name: string
  dependencies: Set<string>
  devDependencies: Set<string>
}

const workspaces: Workspace[] = ['packages', 'apps']
  .flatMap((parent) => readdirSync(join(root, parent)).map((name) => `${parent}/${name}`))
  .filter((folder) => existsSync(join(root, folder, 'package.json')))
  .map((folder) => {
    const manifest = readManifest(folder)
    return {
      folder,
      name: manifest.name,
      dependencies: new Set(Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })),
      devDependencies: new Set(Object.keys(manifest.devDependencies ?? {})),
    }
  })
const workspaceNames = new Set(workspaces.map(({ name }) => name))
const packageNames = workspaces.filter(({ folder }) => folder.startsWith('packages/')).map(({ name }) => name)

/** The workspace packages that a folder may depend on. */
function allowedFor({ folder }: Workspace): Set<string> {
  if (folder === 'packages/rules') return new Set()
  if (folder === 'packages/engine') return new Set(['@icloud-delivery/rules'])
  // The command line and the apps put the parts together, so they may import every package.
  if (folder === 'packages/cli' || folder.startsWith('apps/')) return new Set(packageNames)
  return new Set(['@icloud-delivery/rules', '@icloud-delivery/engine'])
}

/** What tests may import on top: the simulator stands in for Apple, the others start a Redis and a Dovecot. */
const allowedInTests: readonly string[] = [
  '@icloud-delivery/mx-simulator',
  '@icloud-delivery/redis-for-tests',
  '@icloud-delivery/dovecot-for-tests',
]

describe.each(workspaces)('$folder', (workspace) => {
  const allowed = allowedFor(workspace)
  const sources = globSync(`${workspace.folder}/src/**/*.ts`, { cwd: root })

  it('declares only dependencies that the import order allows', () => {
    expect(
      [...workspace.dependencies].filter((name) => workspaceNames.has(name) && !allowed.has(name)),
    ).toEqual([])
    expect(
      [...workspace.devDependencies].filter(
        (name) => workspaceNames.has(name) && !allowed.has(name) && !allowedInTests.includes(name),
      ),
    ).toEqual([])
  })

  it('imports only what the import order allows and its package.json declares', () => {
    expect(sources.length).toBeGreaterThan(0)
    expect(sources.flatMap((file) => faults(file, workspace))).toEqual([])
  })

  it('has a TypeScript reference for each workspace package it depends on, and no other', () => {
    const referenced = referencesOf(workspace.folder).map((folder) => readManifest(folder).name)
    const depended = [...workspace.dependencies, ...workspace.devDependencies]
    expect(referenced.toSorted()).toEqual(depended.filter((name) => workspaceNames.has(name)).toSorted())
  })
})

describe('import scan', () => {
  it('finds every form of import', () => {
    const source = [
      `import a, { b } from 'one'`,
      `import {`,
      `  type C,`,
      `} from "two"`,
      `import 'three'`,
      `export * from 'four'`,
      `export type { D } from 'five'`,
      `const e = await import('six')`,
      `const f = require('seven/sub')`,
      `const g = import.meta.resolve('eight')`,
    ].join('\n')
    expect(importsOf(source)).toEqual(['one', 'two', 'three', 'four', 'five', 'six', 'seven/sub', 'eight'])
  })

  it('leaves prose and examples in comments alone', () => {
    expect(importsOf(` * import { x } from 'package'\n// import 'other'\n * await import('third')`)).toEqual(
      [],
    )
  })

  it('does not take a string elsewhere in an export for an import', () => {
    expect(importsOf(`export function f(from: 'a' | 'b') {}\nexport const from = 'c'`)).toEqual([])
  })
})

function faults(file: string, workspace: Workspace): string[] {
  const isTest = basename(file).includes('.test')
  const isRules = workspace.folder === 'packages/rules'
  const found: string[] = []
  for (const specifier of importsOf(readFileSync(join(root, file), 'utf8'))) {
    const complain = (why: string): number => found.push(`${file} imports '${specifier}': ${why}`)
    if (specifier.startsWith('.')) {
      const target = relative(join(root, workspace.folder), resolve(root, dirname(file), specifier))
      if (target.startsWith('..')) complain('leaves its package; import the package by its name')
    } else if (isBuiltin(specifier)) {
      if (isRules && !isTest) complain('rules must run in a browser')
    } else {
      const name = packageOf(specifier)
      const declared = workspace.dependencies.has(name) || (isTest && workspace.devDependencies.has(name))
      const needsNone = isTest && (name === 'vitest' || name === workspace.name)
      if (!declared && !needsNone)
        complain(isTest ? 'is not in package.json' : 'is not in dependencies of package.json')
    }
  }
  return found
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
}

/** The folders, relative to the root, that the tsconfig.json in a folder refers to. */
function referencesOf(folder: string): string[] {
  const config: { references?: { path: string }[] } = JSON.parse(
    readFileSync(join(root, folder, 'tsconfig.json'), 'utf8'),
  )
  return (config.references ?? []).map(({ path }) => join(folder, path))
}

/** The module names in a source text, in the order of their appearance. */
function importsOf(source: string): string[] {
  const statement = /^[ \t]*(?:import|(?:import|export)\b[^'"`;=()]*?\bfrom)\s*['"]([^'"$\n]+)['"]/
  const call = /^(?![ \t]*(?:\*|\/\/)).*?\b(?:import|require|import\.meta\.resolve)\(\s*['"]([^'"$\n]+)['"]/
  return [...source.matchAll(new RegExp(`${statement.source}|${call.source}`, 'gm'))].map(
    (match) => match[1] ?? match[2] ?? '',
  )
}

/** `@scope/name/sub` is a path in `@scope/name`. */
function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}
