import { describe, expect, it } from 'vitest'
import { Dialogue } from './dialogue.ts'

const codes = (text: string): string[] =>
  text
    .split('\r\n')
    .filter((line) => /^\d{3} /.test(line))
    .map((line) => line.slice(0, 3))

describe('Dialogue', () => {
  it('answers commands that come together', () => {
    const { text, messages } = new Dialogue().read(
      'EHLO a.example.com\r\nMAIL FROM:<>\r\nRCPT TO:<anna@icloud.com>\r\nDATA\r\n',
    )
    expect(codes(text)).toEqual(['250', '250', '250', '354'])
    expect(messages).toBe(0)
  })

  it('counts messages whose end comes in pieces, and goes on behind them', () => {
    const dialogue = new Dialogue()
    dialogue.read('DATA\r\n')
    expect(dialogue.read('Subject: a\r\n\r\nQUIT\r\n.').text).toBe('')
    const { text, messages, quit } = dialogue.read('\r\nMAIL FROM:<>\r\nQUIT\r\n')
    expect({ codes: codes(text), messages, quit }).toEqual({
      codes: ['250', '250', '221'],
      messages: 1,
      quit: true,
    })
  })
})
