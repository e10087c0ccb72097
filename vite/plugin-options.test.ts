import { expect, it } from 'vitest'
import { type ThermoclinePluginOptions, thermocline } from './index.ts'
import { resolvePluginOptions } from './plugin-options.ts'

it('has defaults for everything', () => {
  expect(resolvePluginOptions({})).toEqual({
    include: ['**/*.{html,js,css,svg,woff2}'],
    exclude: [],
    maxFileBytes: 2_097_152,
    integrity: true,
    worker: {},
    src: undefined,
    fileName: 'sw.js',
    dev: false,
  })
})

it.each([
  [{ inclde: '*' }, '`thermocline()` has no option `inclde`. Did you mean `include`? '],
  [{ include: 3 }, "`include` is 3. Write a glob such as 'assets/**', or a list of them."],
  [{ exclude: [''] }, '`exclude` is an array of 1. Write a glob'],
  [{ maxFileBytes: 0 }, '`maxFileBytes` is 0. Write a whole number of bytes above 0, such as 2_097_152.'],
  [{ integrity: 'sha384' }, '`integrity` is "sha384". Write true or false.'],
  [{ src: '' }, '`src` is "". Write the path of a script, such as \'src/worker.ts\'.'],
  [
    { fileName: '/sw.js' },
    '`fileName` is "/sw.js". Write the name of a script without a folder, such as \'sw.js\'.',
  ],
  [{ dev: 1 }, '`dev` is 1. Write true or false.'],
  [{ worker: { maxBytes: '1 MB' } }, 'In `worker`: `maxBytes` is "1 MB". Write a whole number above 0.'],
  [{ worker: { offlin: '/offline.html' } }, 'In `worker`: There is no option `offlin`. '],
  [{ worker: 'on' }, 'In `worker`: `worker` is "on". '],
])('refuses %j at once', (options, message) => {
  expect(() => thermocline(options as ThermoclinePluginOptions)).toThrowError(
    expect.objectContaining({ code: 'option-invalid', message: expect.stringContaining(message) }),
  )
})
