// dist/client.js: for pages that no bundler makes, what they need every day. The panel is a file of its own.
export { followInvalidations } from './follow-invalidations.ts'
export { register } from './register.ts'
