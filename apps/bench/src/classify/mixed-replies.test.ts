import { classify, rules } from '@icloud-delivery/rules'
import { describe, expect, it } from 'vitest'
import { mixedReplies, serialDigits } from './mixed-replies.ts'
import { UniqueTexts } from './unique-texts.ts'

const replies = mixedReplies(rules)

describe('mixedReplies', () => {
  it('gives the same 1,000 replies each time, half of them Apple’s', () => {
    expect(replies).toHaveLength(1000)
    expect(replies.filter(({ apple }) => apple)).toHaveLength(500)
    expect(mixedReplies(rules)).toEqual(replies)
  })

  it('has every rule in it, and none for the replies of others', () => {
    const judged = replies.map(({ text, mx, apple }) => ({ apple, rule: classify(text, { mx }).rule }))
    expect(new Set(judged.filter(({ apple }) => apple).map(({ rule }) => rule))).toEqual(
      new Set(rules.map(({ id }) => id)),
    )
    expect(judged.filter(({ apple, rule }) => !apple && rule !== null)).toEqual([])
  })

  it('has replies over several lines, in logs, and with characters beyond Latin 1', () => {
    const texts = replies.map(({ text }) => text)
    for (const form of [/\r\n/, / said: /, /SMTP error from remote/, /^Diagnostic-Code/m, /’/]) {
      expect(texts.filter((text) => form.test(text)).length).toBeGreaterThan(10)
    }
  })
})

describe('UniqueTexts', () => {
  const templates = replies.map(({ text }) => text)

  it('never makes the same text twice', () => {
    const texts = new UniqueTexts(templates)
    const made = [...texts.next(2000), ...texts.next(1000)]
    expect(new Set(made).size).toBe(3000)
  })

  it('changes nothing but the number', () => {
    const made = new UniqueTexts(templates).next(1000)
    const back = made.map((text, index) => {
      const at = templates[index]!.indexOf(serialDigits)
      return text.slice(0, at) + serialDigits + text.slice(at + serialDigits.length)
    })
    expect(back).toEqual(templates)
  })

  it('refuses a text that has no place for a number', () => {
    expect(() => new UniqueTexts(['550 5.1.1'])).toThrow('550 5.1.1')
  })
})
