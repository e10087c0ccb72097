import { setTimeout as sleep } from 'node:timers/promises';
/** Waits for a condition, looking often; throws when it has not come true within `limitMs`. */
export async function waitUntil(condition, what, limitMs = 30_000) {
    const until = performance.now() + limitMs;
    while (!(await condition())) {
        if (performance.now() > until)
            throw new Error(`Waited ${limitMs} ms in vain for: ${what}.`);
        await sleep(5);
    }
}
