import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { expect, it } from 'vitest'
import { fiveHours, hurry } from './plugins.test.fixture.ts'
import { setStage } from './stage.test.fixture.ts'

/** Refusals that differ in their words, one for each phase of the session. */
const phases = ['connect', 'helo', 'mail', 'rcpt', 'data', 'eod'] as const
const words = (phase: string): string => `Service unavailable - try again later (${phase})`
const refusal = (phase: (typeof phases)[number]): { reply: string; phase: typeof phase; close: boolean } => ({
  reply: `421 4.7.1 ${words(phase)}`,
  phase,
  close: true,
})

it('a 421 with a close is known word for word, at every phase, with the host that gave it', async () => {
  const [connect, helo, mail, ...later] = phases
  const stage = await setStage({
    haraka: { ownPlugins: { hurry } },
    apple: {
      hosts: [{ name: 'mx01.mail.icloud.com' }],
      connection: [...[connect, helo, mail].map(refusal), { accept: true }],
      script: { 'anna@icloud.com': [...later.map(refusal), { accept: true }] },
    },
  })
  try {
    await stage.haraka.send({ from: 'a@example.com', to: ['anna@icloud.com'] })
    await stage.delivered('anna@icloud.com')
    expect(stage.decisions('anna@icloud.com').map((line) => line.replace(/^.* rule=/, 'rule='))).toEqual(
      phases.map((phase) =>
        expect.stringMatching(
          `^rule=service-unavailable fault=provider action=retry next=\\S+ .* phase=${phase} ` +
            `mx=mx01\\.mail\\.icloud\\.com ip=127\\.0\\.0\\.1 reply="421 4\\.7\\.1 ${words(phase).replace(/[()]/g, '\\$&')}"$`,
        ),
      ),
    )
    expect(stage.mailboxes.messages).toEqual([])
  } finally {
    await stage.close()
  }
})

it('a 5xx at every phase is bounced with its words, its status and the host that gave it', async () => {
  const refused = (phase: (typeof phases)[number]): { reply: string; phase: typeof phase } => ({
    reply: `554 5.7.1 [CS01] Message rejected due to local policy (${phase})`,
    phase,
  })
  const [connect, helo, mail, ...later] = phases
  const stage = await setStage({
    haraka: { ownPlugins: { hurry } },
    apple: {
      hosts: [{ name: 'mx01.mail.icloud.com' }],
      connection: [...[connect, mail, helo].map(refused), { accept: true }],
      script: Object.fromEntries(later.map((phase) => [`${phase}@icloud.com`, [refused(phase)]])),
    },
  })
  try {
    for (const phase of [connect, mail, helo, ...later]) {
      const from = `${phase}@example.com`
      await stage.haraka.send({ from, to: [`${phase}@icloud.com`] })
      const [dsn] = await stage.dsns(from)
      expect(dsn).toContain('Action: failed')
      expect(dsn).toContain('Status: 5.7.1')
      expect(dsn).toContain('Remote-MTA: dns; mx01.mail.icloud.com')
      expect(dsn).toContain(
        `Diagnostic-Code: smtp;554 5.7.1 [CS01] Message rejected due to local policy (${phase})`,
      )
      expect(stage.decisions(`${phase}@icloud.com`)).toEqual([
        expect.stringContaining(`phase=${phase} mx=mx01.mail.icloud.com ip=127.0.0.1`),
      ])
    }
  } finally {
    await stage.close()
  }
})

it('a 5xx before MAIL whose words no rule knows says nothing about the message: it is tried again', async () => {
  const refused = (phase: 'connect' | 'helo'): { reply: string; phase: typeof phase } => ({
    reply: `554 5.3.2 Something nobody has seen yet (${phase})`,
    phase,
  })
  const stage = await setStage({
    haraka: { ownPlugins: { hurry } },
    apple: { connection: [refused('connect'), refused('helo'), { accept: true }] },
  })
  try {
    await stage.haraka.send({ from: 'a@example.com', to: ['anna@icloud.com'] })
    await stage.delivered('anna@icloud.com')
    expect(stage.decisions('anna@icloud.com')).toEqual(
      ['connect', 'helo'].map((phase) =>
        expect.stringMatching(
          `rule=unknown-permanent fault=unknown action=retry next=\\S+ .* phase=${phase} `,
        ),
      ),
    )
    expect(stage.mailboxes.messages).toEqual([])
  } finally {
    await stage.close()
  }
})

it('the same at STARTTLS; where it never gets better, the message ends with its age', async () => {
  const verbs: string[] = []
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.write('220 mx01.mail.icloud.com ESMTP\r\n')
    const lines = createInterface({ input: socket })
    // It tells the error of its socket again.
    lines.on('error', () => {})
    lines.on('line', (line) => {
      const verb = line.split(' ')[0] ?? ''
      verbs.push(verb)
      if (verb === 'EHLO') socket.write('250-mx01.mail.icloud.com\r\n250 STARTTLS\r\n')
      else if (verb === 'STARTTLS') socket.write('554 5.7.0 Something nobody has seen yet\r\n')
      else socket.end('221 2.0.0 Bye\r\n')
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const stage = await setStage({
    haraka: fiveHours,
    icloud: ['[testing]', `mx=127.0.0.1:${port}`],
  })
  try {
    const headers = { 'X-Stream': 'marketing' }
    await stage.haraka.send({ from: 'a@example.com', to: ['anna@icloud.com'], headers })
    const [dsn] = await stage.dsns('a@example.com')
    expect(dsn).toContain('Status: 5.4.7')
    expect(stage.decisions('anna@icloud.com')[0]).toMatch(
      /rule=unknown-permanent fault=unknown action=retry .* phase=helo /,
    )
    expect(verbs).not.toContain('MAIL')
  } finally {
    await stage.close()
    server.close()
  }
})
