import { expect, it } from 'vitest'
import { hurry } from './plugins.test.fixture.ts'
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
