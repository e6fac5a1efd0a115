#!/usr/bin/env node
import { readCommandLine } from './command.ts'
import { logLine } from './log-line.ts'
import { scenarioTable } from './scenario-table.ts'
import type { Simulator } from './simulator.ts'
import { startSimulator } from './start-simulator.ts'
import { visible, visibleJson } from './visible.ts'

try {
  await main()
} catch (error) {
  console.error(visible(error instanceof Error ? error.message : String(error)))
  process.exitCode = 1
}

async function main(): Promise<void> {
  const { list, json, options } = readCommandLine(process.argv)
  endWithReader()
  if (list) return console.log(scenarioTable(columns()))
  const simulator = await startSimulator(options)
  const stop = (): void => void simulator.close()
  process.once('SIGINT', stop).once('SIGTERM', stop)
  if (json) tellPrograms(simulator)
  else tellPeople(simulator)
}

function tellPeople(simulator: Simulator): void {
  simulator.on('reply', (attempt) => console.log(logLine(attempt, columns())))
  for (const { name, address, port } of simulator.hosts) {
    console.log(`${visible(name)} listens on ${address} port ${port}`)
  }
  console.log(`
It answers as Apple's MX would and delivers nothing. The recipient chooses:
  anna@icloud.com           is accepted
  mailbox-full@icloud.com   is over quota
  policy-hm08@icloud.com    is refused after the message
--list shows all names, --help the options, Ctrl-C ends it.
`)
}

function tellPrograms(simulator: Simulator): void {
  simulator.on('reply', (attempt) => console.log(visibleJson({ event: 'reply', ...attempt })))
  simulator.on('message', ({ raw, ...message }) => {
    console.log(visibleJson({ event: 'message', ...message, bytes: raw.length }))
  })
  console.log(visibleJson({ event: 'listening', hosts: simulator.hosts }))
}

/** A terminal may be made wider or narrower at any time. A file, or a pipe, has no end to its lines. */
function columns(): number {
  return process.stdout.isTTY ? process.stdout.columns : Infinity
}

/** `| head` closes the pipe: then there is nobody left to tell. */
function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : 1)
  })
}
