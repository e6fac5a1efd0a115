/** What the sink has to write, and whether to hang up. */
export interface Answer {
  text: string
  messages: number
  quit: boolean
}

const endOfData = '\r\n.\r\n'

/** One connection to a server that takes everything: as little SMTP (RFC 5321) as clients get along with. */
export class Dialogue {
  static readonly greeting = '220 sink.example.com ESMTP\r\n'
  #unread = ''
  #inData = false

  /** Reads what came and answers every command that is complete, in one piece: clients may send several at once. */
  read(chunk: string): Answer {
    const answer: Answer = { text: '', messages: 0, quit: false }
    this.#unread += chunk
    while (!answer.quit && (this.#inData ? this.#content(answer) : this.#command(answer)));
    return answer
  }

  #content(answer: Answer): boolean {
    const end = this.#unread.indexOf(endOfData)
    if (end < 0) return false
    this.#unread = this.#unread.slice(end + endOfData.length)
    this.#inData = false
    answer.messages++
    answer.text += '250 2.0.0 taken\r\n'
    return true
  }

  #command(answer: Answer): boolean {
    const end = this.#unread.indexOf('\r\n')
    if (end < 0) return false
    const verb = this.#unread.slice(0, 4).toUpperCase()
    this.#unread = this.#unread.slice(end + 2)
    if (verb === 'EHLO') answer.text += '250-sink.example.com\r\n250-PIPELINING\r\n250 8BITMIME\r\n'
    else if (verb === 'DATA') {
      this.#inData = true
      answer.text += '354 go on\r\n'
    } else if (verb === 'QUIT') {
      answer.quit = true
      answer.text += '221 2.0.0 bye\r\n'
    } else answer.text += '250 2.0.0 ok\r\n'
    return true
  }
}
