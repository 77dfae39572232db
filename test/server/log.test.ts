import { expect, it } from 'vitest'
import { describeError } from '../../src/server/log.js'

it('of a database error, the row that failed is not logged', () => {
  const error = Object.assign(new Error('violates check constraint'), {
    code: '23514',
    detail: 'Failing row contains (my secret prompt).',
    where: 'my secret prompt',
  })
  const logged = describeError(error)
  expect(logged).toMatchObject({ name: 'Error', message: 'violates check constraint', code: '23514' })
  expect(JSON.stringify(logged)).not.toContain('my secret prompt')
})

it('causes are logged the same way', () => {
  const cause = Object.assign(new Error('the cause'), { detail: 'my secret prompt' })
  const logged = describeError(new Error('the failure', { cause }))
  expect(logged).toMatchObject({ message: 'the failure', cause: { message: 'the cause' } })
  expect(JSON.stringify(logged)).not.toContain('my secret prompt')
})

it('whatever was thrown can be logged', () => {
  expect(describeError('a string')).toEqual({ message: 'a string' })
})
