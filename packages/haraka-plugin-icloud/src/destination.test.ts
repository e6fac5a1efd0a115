import { beforeEach, describe, expect, it } from 'vitest'
import { Destinations } from './destination.ts'

let now = 0
let asked: string[] = []
let answer: (domain: string) => Promise<readonly string[]>

function destinations(options: { size?: number; timeout?: number } = {}): Destinations {
  const resolve = (domain: string): Promise<readonly string[]> => {
    asked.push(domain)
    return answer(domain)
  }
  return new Destinations(resolve, { ttl: 60_000, size: 10, timeout: 1000, clock: () => now, ...options })
}

beforeEach(() => {
  now = 1_000_000
  asked = []
  answer = () => Promise.resolve(['mx01.mail.icloud.com', 'mx02.mail.icloud.com'])
})

describe('Destinations', () => {
  it("knows Apple's own domains without asking", async () => {
    const known = destinations()
    const own = ['icloud.com', 'ME.com', 'mac.com', 'privaterelay.appleid.com', 'private.icloud.com']
    for (const domain of own) {
      expect(await known.isApple(domain)).toBe(true)
    }
    expect(asked).toEqual([])
  })

  it('knows a custom domain by its MX, on label boundaries', async () => {
    const known = destinations()
    expect(await known.isApple('brand.example')).toBe(true)
    answer = () => Promise.resolve(['mx01.mail.icloud.com.attacker.example'])
    expect(await known.isApple('decoy.example')).toBe(false)
    answer = () => Promise.resolve([])
    expect(await known.isApple('none.example')).toBe(false)
  })

  it('asks again when the answer is too old, and not before', async () => {
    const known = destinations()
    await known.isApple('brand.example')
    now += 59_999
    await known.isApple('Brand.Example')
    expect(asked).toEqual(['brand.example'])
    now += 1
    answer = () => Promise.resolve(['mail.example.org'])
    expect(await known.isApple('brand.example')).toBe(false)
  })

  it('asks once for many at the same time', async () => {
    const known = destinations()
    await Promise.all(
      ['brand.example', 'brand.example', 'brand.example'].map(async (domain) => known.isApple(domain)),
    )
    expect(asked).toEqual(['brand.example'])
  })

  it('forgets the domain that was not used for longest', async () => {
    const known = destinations({ size: 2 })
    for (const domain of ['a.example', 'b.example', 'a.example', 'c.example', 'a.example']) {
      await known.isApple(domain)
    }
    expect(asked).toEqual(['a.example', 'b.example', 'c.example'])
    await known.isApple('b.example')
    expect(asked).toHaveLength(4)
  })

  it('holds nothing back when the resolver fails, and tries again after half a minute', async () => {
    const known = destinations()
    answer = () => Promise.reject(new Error('SERVFAIL'))
    expect(await known.isApple('brand.example')).toBe(false)
    await known.isApple('brand.example')
    expect(asked).toHaveLength(1)
    now += 30_000
    answer = () => Promise.resolve(['mx01.mail.icloud.com'])
    expect(await known.isApple('brand.example')).toBe(true)
  })

  it('goes by the last answer while the resolver fails', async () => {
    const known = destinations()
    await known.isApple('brand.example')
    now += 60_000
    answer = () => Promise.reject(new Error('SERVFAIL'))
    expect(await known.isApple('brand.example')).toBe(true)
  })

  it('asks again about what has become doubtful, and goes by it until there is an answer', async () => {
    const known = destinations()
    await known.isApple('brand.example')
    known.doubt('Brand.Example')
    known.doubt('other.example')
    answer = () => Promise.reject(new Error('SERVFAIL'))
    expect(await known.isApple('brand.example')).toBe(true)
    known.doubt('brand.example')
    answer = () => Promise.resolve(['mx.example.org'])
    expect(await known.isApple('brand.example')).toBe(false)
    expect(asked).toEqual(['brand.example', 'brand.example', 'brand.example'])
  })

  it('waits no longer than the time-out for a resolver that never answers', async () => {
    const known = destinations({ timeout: 1 })
    answer = () => new Promise(() => {})
    expect(await known.isApple('brand.example')).toBe(false)
  })
})
