import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'

const home = join(import.meta.dirname, '..')

/** What the fragments take for granted. */
const surroundings = `
declare const nodemailer: typeof import('nodemailer')
declare const withIcloud: typeof import('nodemailer-icloud').withIcloud
declare const transporter: import('nodemailer-icloud').WithIcloud<import('nodemailer').Transporter>
declare const mail: { from: string; to: string; subject: string; text: string }
declare const ledger: string
declare function markAsDead(address: string, rule: string | null): Promise<void>
declare function sendAgainAt(ms: number, what: object): Promise<void>
declare function sendAsSms(to: string, text: unknown): Promise<void>
declare module '@aws-sdk/client-sesv2' {
  export class SESv2Client { constructor(options: { region: string }); send(command: unknown): Promise<any> }
  export class SendEmailCommand { constructor(input: any) }
}
declare module '@icloud-delivery/preflight' {
  export function checkMessage(mime: Uint8Array, options: { returnPath?: string | undefined }): Promise<{
    findings: readonly import('nodemailer-icloud').PreflightFinding[]
  }>
}
declare module 'bullmq' {
  interface Job { data: import('nodemailer').SendMailOptions; moveToDelayed(ms: number, token?: string): Promise<void> }
  export class Worker { constructor(name: string, work: (job: Job, token?: string) => Promise<unknown>) }
}
`

it('all code in the README compiles as strict TypeScript', async () => {
  const directory = mkdtempSync(join(home, '.snippet-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const readme = readFileSync(join(home, 'README.md'), 'utf8')
  const blocks = [...readme.matchAll(/```js[^\n]*\n([\s\S]*?)```/g)].map(([, code = '']) => code)
  expect(blocks.length).toBeGreaterThan(5)
  const files = blocks.map((code, index) => {
    const file = join(directory, `block-${index + 1}.mts`)
    writeFileSync(file, `${code}\nexport {}\n`)
    return file
  })
  writeFileSync(join(directory, 'surroundings.d.ts'), surroundings)
  const tsc = join(home, '..', '..', 'node_modules', '.bin', 'tsc')
  const options = ['--ignoreConfig', '--noEmit', '--strict', '--skipLibCheck', '--types', 'node']
  const target = ['--target', 'es2023', '--module', 'nodenext']
  const run = promisify(execFile)(tsc, [
    ...options,
    ...target,
    join(directory, 'surroundings.d.ts'),
    ...files,
  ])
  const output = await run.then(
    ({ stdout }) => stdout,
    (error: unknown) => (error as { stdout: string }).stdout,
  )
  expect(output).toBe('')
})
