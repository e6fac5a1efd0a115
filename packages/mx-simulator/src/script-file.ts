import { readFileSync } from 'node:fs'
import type { SimulatorOptions } from './options.ts'

/**
 * Reads `{"script": {"anna": [{"rule": "mailbox-full", "times": 2}, {"accept": true}]}, "connection": [...]}`. Both
 * are optional.
 *
 * @throws Error that says what is wrong with the file; the steps are checked when the simulator starts
 */
export function readScriptFile(path: string): Pick<SimulatorOptions, 'script' | 'connection'> {
  const wrong = (problem: string, cause?: unknown): Error =>
    new Error(`Cannot use the script ${path}: ${problem}.`, { cause })
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw wrong((error as Error).message, error)
  }
  let file: unknown
  try {
    file = JSON.parse(text)
  } catch (error) {
    throw wrong(`it is not JSON (${(error as Error).message})`, error)
  }
  if (!isRecord(file)) throw wrong('expected {"script": {...}, "connection": [...]}')
  const { script = {}, connection = [], ...unknown } = file
  const [first] = Object.keys(unknown)
  if (first !== undefined) throw wrong(`"${first}" is neither "script" nor "connection"`)
  if (!isRecord(script) || !Object.values(script).every(Array.isArray)) {
    throw wrong('"script" must give each recipient an array of steps')
  }
  if (!Array.isArray(connection)) throw wrong('"connection" must be an array of steps')
  return { script: script as NonNullable<SimulatorOptions['script']>, connection }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
