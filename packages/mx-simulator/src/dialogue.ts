import { actionOf, type Action } from './action.ts'
import type { Parties } from './fill-in.ts'
import { fromDomain } from './from-domain.ts'
import { parsePath } from './path.ts'
import { maxMessageBytes, maxRecipients, replies } from './replies.ts'
import type { ScriptQuestion } from './script.ts'
import type { Session } from './session.ts'
import { tooLong } from './socket-reader.ts'
import { dueAction, onlyRecipient, type Transaction } from './transaction.ts'

type Command = (argument: string) => Promise<void> | void

/** The commands of one session, one after the other. */
export class Dialogue {
  readonly #session: Session
  #connection: Action | null = null
  #helo: string | null = null
  #transaction: Transaction | null = null
  readonly #commands: Readonly<Record<string, Command>> = {
    EHLO: (name) => this.#hello('EHLO', name),
    HELO: (name) => this.#hello('HELO', name),
    MAIL: (argument) => this.#mail(argument),
    RCPT: (argument) => this.#rcpt(argument),
    DATA: () => this.#data(),
    RSET: () => this.#reset(),
    STARTTLS: (argument) => this.#startTls(argument),
    NOOP: () => this.#session.write(replies.ok),
    VRFY: () => this.#session.write(replies.vrfyDisabled),
    QUIT: () => this.#quit(),
    EXPN: () => this.#session.write(replies.notImplemented),
    HELP: () => this.#session.write(replies.notImplemented),
    AUTH: () => this.#session.write(replies.notImplemented),
    BDAT: () => this.#session.write(replies.notImplemented),
  }

  constructor(session: Session) {
    this.#session = session
  }

  /** Talks until the connection ends. @param refusal what refuses the connection before any script is asked */
  async run(refusal: Action | null): Promise<void> {
    const session = this.#session
    this.#connection = refusal ?? this.#ask('connect', null, null)
    const greeting = `220 ${session.host.name} ESMTP`
    const welcome = await session.answer('connect', greeting, this.#due('connect'), this.#parties())
    while (session.open) {
      await session.drained()
      const line = await session.reader.readLine()
      if (line === null) return session.end()
      if (line === tooLong) {
        session.write(replies.lineTooLong)
        continue
      }
      const [verb = ''] = line.split(' ', 1)
      const command = this.#commands[verb.toUpperCase()]
      // RFC 5321, section 3.1: after a refused greeting only QUIT is left.
      if (!welcome && verb.toUpperCase() !== 'QUIT') session.write(replies.refusedGreeting)
      else if (command === undefined) session.write(replies.notRecognized)
      else await command(line.slice(verb.length + 1).trim())
    }
  }

  async #hello(verb: 'EHLO' | 'HELO', name: string): Promise<void> {
    const session = this.#session
    if (name === '') return session.write(`501 5.5.4 Syntax: ${verb} hostname`)
    const welcome = `250 ${session.host.name}`
    const usual = verb === 'HELO' ? welcome : this.#extensions()
    this.#transaction = null
    this.#helo = name
    const accepted = await session.answer('helo', usual, this.#due('helo'), this.#parties())
    if (!accepted) this.#helo = null
  }

  #extensions(): string {
    const { options, secureContext } = this.#session.simulator
    const offered = [
      ...(options.pipelining === false ? [] : ['PIPELINING']),
      `SIZE ${maxMessageBytes}`,
      ...(secureContext === null || this.#session.tls ? [] : ['STARTTLS']),
      'ENHANCEDSTATUSCODES',
      '8BITMIME',
    ]
    return [`250-${this.#session.host.name}`, ...offered.map((name) => `250-${name}`), '250 SMTPUTF8'].join(
      '\n',
    )
  }

  async #mail(argument: string): Promise<void> {
    const session = this.#session
    if (this.#helo === null) return session.write(replies.needHello)
    if (this.#transaction !== null) return session.write(replies.nestedMail)
    const path = parsePath(argument, 'FROM')
    if (path === null) return session.write(replies.senderSyntax)
    if (Number(path.parameters.get('SIZE') ?? 0) > maxMessageBytes) return session.write(replies.tooBig)
    const sender = path.address
    const asked = this.#ask('mail', sender, null)
    const action = this.#due('mail') ?? (asked?.phase === 'mail' ? asked : null)
    const accepted = await session.answer('mail', replies.mailOk, action, this.#parties(sender))
    const later = [this.#connection, asked].filter((one) => one !== null)
    if (accepted) this.#transaction = { sender, actions: later, recipients: [] }
  }

  async #rcpt(argument: string): Promise<void> {
    const session = this.#session
    const transaction = this.#transaction
    const path = parsePath(argument, 'TO')
    const recipient = path?.address ?? null
    if (transaction === null) {
      await session.answer('rcpt', replies.needMail, null, this.#parties(null, recipient))
      return
    }
    if (recipient === null || recipient === '') return session.write(replies.recipientSyntax)
    const parties = this.#parties(transaction.sender, recipient)
    const forAll = transaction.actions.find((action) => action.phase === 'rcpt')
    const action = forAll ?? this.#ask('rcpt', transaction.sender, recipient)
    const now = action?.phase === 'rcpt' ? action : null
    const usual = this.#usualAt(recipient, transaction)
    const counts = usual === replies.rcptOk && (now === null || (now.success && !now.drop))
    const limited = counts ? session.simulator.overRecipientLimit(recipient) : null
    const accepted = await session.answer('rcpt', usual, limited ?? now, parties)
    if (accepted) transaction.recipients.push({ address: recipient, action: now === null ? action : null })
  }

  #usualAt(recipient: string, { recipients }: Transaction): string {
    if (recipients.length >= maxRecipients) return replies.tooManyRecipients
    if (recipient.includes('@') || recipient.toLowerCase() === 'postmaster') return replies.rcptOk
    return `504 5.5.2 <${recipient}>: Recipient address rejected: need fully-qualified address`
  }

  async #data(): Promise<void> {
    const session = this.#session
    const transaction = this.#transaction
    const parties = this.#parties(transaction?.sender ?? null, transaction && onlyRecipient(transaction))
    if (transaction === null || transaction.recipients.length === 0) {
      const usual = transaction === null ? replies.needRcpt : replies.noRecipients
      await session.answer('data', usual, null, parties)
      return
    }
    const action = dueAction(transaction, 'data')
    if (!(await session.answer('data', replies.startContent, action, parties))) {
      this.#transaction = null
      return
    }
    const content = await session.reader.readContent(maxMessageBytes)
    this.#transaction = null
    if (content === null) return
    if (content.tooBig) await session.answer('eod', replies.contentTooBig, null, parties)
    else await this.#endOfContent(transaction, content.content, parties)
  }

  async #endOfContent(transaction: Transaction, raw: Buffer, parties: Parties): Promise<void> {
    const session = this.#session
    const action = dueAction(transaction, 'eod')
    const known = { ...parties, fromDomain: fromDomain(raw) }
    await session.wait(action)
    if (action !== null && !action.success) {
      session.say('eod', '', action, known)
      return
    }
    const recipients = transaction.recipients.map(({ address }) => address)
    const id = session.simulator.accepted(session, transaction.sender, recipients, raw)
    session.say('eod', `250 2.0.0 Ok: queued as ${id}`, action, known)
  }

  #reset(): void {
    this.#transaction = null
    this.#session.write(replies.ok)
  }

  #startTls(argument: string): void {
    const session = this.#session
    const { secureContext } = session.simulator
    if (secureContext === null) return session.write(replies.notImplemented)
    if (argument !== '') return session.write('501 5.5.4 Syntax: STARTTLS')
    if (session.tls) return session.write(replies.tlsActive)
    session.write(replies.startTls)
    session.startTls(secureContext)
    this.#helo = null
    this.#transaction = null
  }

  #quit(): void {
    this.#session.write(replies.bye)
    this.#session.end()
  }

  #due(phase: 'connect' | 'helo' | 'mail'): Action | null {
    return this.#connection?.phase === phase ? this.#connection : null
  }

  #parties(sender: string | null = null, recipient: string | null = null): Parties {
    return { recipient, sender, helo: this.#helo, fromDomain: null }
  }

  #ask(phase: ScriptQuestion['phase'], sender: string | null, recipient: string | null): Action | null {
    const { id, host, client, tls, simulator } = this.#session
    const question = {
      phase,
      recipient,
      sender,
      helo: this.#helo,
      host: host.name,
      client,
      sessionId: id,
      tls,
    }
    try {
      return simulator.recipes.ask(question)
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error)
      const onOneLine = said.replace(/[\u0000-\u001f\u007f]+/g, ' ').slice(0, 300)
      return actionOf({ reply: `451 4.3.0 Error: the script failed: ${onOneLine}` }, phase)
    }
  }
}
