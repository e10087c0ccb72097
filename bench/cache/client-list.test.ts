import { expect, test } from 'vitest'
import { findListeners } from './client-list.ts'

const client = (id: number, fields: string): string => `id=${id} addr=127.0.0.1:5${id} name= db=0 ${fields}`

test('subscribers and stream readers are listeners; other connections are not', () => {
  const list = [
    client(3, 'sub=1 psub=0 ssub=0 cmd=subscribe'),
    client(4, 'sub=0 psub=0 ssub=0 cmd=get'),
    client(5, 'sub=0 psub=2 ssub=0 cmd=psubscribe'),
    client(6, 'sub=0 psub=0 ssub=0 cmd=xread'),
    '',
  ].join('\n')
  expect(findListeners(list)).toEqual(['3', '5', '6'])
})
