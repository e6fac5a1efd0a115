import { expect, it } from 'vitest'
import { ancestorsOf, ancestorsWith } from './ancestors.ts'

it.each([
  ['none', undefined, ['b']],
  ['one', 'a', ['a', 'b']],
  ['many', ['x', 'a'], ['x', 'a', 'b']],
  ['what is none', [{}, 7, null, 'a'], ['a', 'b']],
])('%s', (_which, partOf, all) => {
  expect(ancestorsWith(partOf, 'b')).toEqual(all)
})

it('the latest hundred', () => {
  const names = Array.from({ length: 150 }, (_, at) => `${at}`)
  expect(ancestorsOf(names)).toEqual(names.slice(50))
  expect(ancestorsWith(names, 'b')).toEqual([...names.slice(51), 'b'])
})
