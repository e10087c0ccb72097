// Loaded before the suite's origin server, which would listen on every interface: pins it to the loopback one, and tells the
// parent which port it got.
import { Server } from 'node:net'

const listen = Reflect.get(Server.prototype, 'listen')
Server.prototype.listen = function listenOnLoopback(port) {
  this.once('listening', () => process.send?.(this.address().port))
  return Reflect.apply(listen, this, [Number(port), '127.0.0.1'])
}

// It has no business outliving the run.
process.on('disconnect', () => process.exit())
