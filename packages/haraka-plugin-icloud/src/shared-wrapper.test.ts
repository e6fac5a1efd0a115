import { expect, it } from 'vitest'
import { SharedWrapper } from './shared-wrapper.ts'

it('is one function for all messages with the same method, and another around each other method', () => {
  type Greet = (this: { name: string }) => string
  const shared = new SharedWrapper<{ word: string }, Greet>(({ word }, greet) => {
    return function () {
      return `${word} ${greet.call(this)}`
    }
  })
  const plain: Greet = function () {
    return this.name
  }
  const loud: Greet = function () {
    return this.name.toUpperCase()
  }
  const owner = { word: 'Hello' }
  const wrapped = shared.around(owner, plain)
  expect(shared.around(owner, plain)).toBe(wrapped)
  expect(wrapped.call({ name: 'anna' })).toBe('Hello anna')
  expect(wrapped.call({ name: 'ben' })).toBe('Hello ben')
  expect(shared.around(owner, loud).call({ name: 'ben' })).toBe('Hello BEN')
  expect(shared.around({ word: 'Bye' }, plain).call({ name: 'ben' })).toBe('Bye ben')
})
