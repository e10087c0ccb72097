import { createServer } from 'node:http'
import express from 'express'
import { cachedListener, responseCache, createTieredCache, createHttpPolicies } from 'thermocline/server'
import { definePolicies, publicData } from 'thermocline/policy'
const data = { items: Array.from({length:100},(_, i)=>({id:i,name:'Product '+i,text:'x'.repeat(50)})) }
const mode = process.argv[2]
const app = express()
let l
if (mode === 'listener') { app.get('/x', (q,r)=>{r.set('Cache-Control','public, max-age=3600'); r.json(data)}); l = cachedListener(app,{cache:createTieredCache()}) }
else if (mode === 'policy') { const h=createHttpPolicies(definePolicies({ item: publicData() })); app.use(h.middleware()); app.get('/x', h.route('item'), (q,r)=>r.json(data)); l=app }
else if (mode === 'mid') { app.use(responseCache({cache:createTieredCache()})); app.get('/x', (q,r)=>{r.set('Cache-Control','public, max-age=3600'); r.json(data)}); l=app }
else if (mode==='bare') { const body=Buffer.from(JSON.stringify(data)); l=(q,r)=>{r.writeHead(200,{'Content-Type':'application/json','Content-Length':body.length,ETag:'"x"'}); r.end(body)} }
else { app.get('/x', (q,r)=>r.json(data)); l=app }
createServer(l).listen(Number(process.argv[3]),'127.0.0.1')
