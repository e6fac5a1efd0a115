import { describe, expect, it } from 'vitest'
import { copyOf } from './copy-of.ts'

class Odd {
  x = 1
}

describe('a copy', () => {
  it.each([
    ['plain things', { a: 1, b: 'x', c: null, d: [true, { e: [1.5, []] }], f: {} }],
    ['a date', { at: new Date(0) }],
    ['what is undefined', { a: undefined, b: [undefined, 1] }],
    ['numbers that JSON does not have', { a: NaN, b: Infinity, c: -0 }],
    ['an instance', { odd: new Odd() }],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 })],
    ['what says itself what it is', { toJSON: () => ({ z: 1 }) }],
    ['a key that is none', JSON.parse('{"__proto__": {"x": 1}, "a": [{"__proto__": 2}]}')],
    ['an array with holes', Object.assign([1], { 2: 3 })],
    ['a map', { m: new Map([[1, 2]]) }],
    ['a string', 'x'],
    ['null', null],
  ])('is what JSON makes of %s', (_, value) => {
    const expected: unknown = JSON.parse(JSON.stringify(value))
    expect(JSON.stringify(copyOf(value))).toBe(JSON.stringify(expected))
    expect(copyOf(value)).toEqual(expected)
  })

  it('shares nothing with what it is a copy of', () => {
    const value = { list: [{ a: 1 }], deep: { er: { b: 1 } } }
    const copy = copyOf(value) as typeof value
    copy.list.push({ a: 2 })
    copy.deep.er.b = 2
    expect(value).toEqual({ list: [{ a: 1 }], deep: { er: { b: 1 } } })
  })
})
