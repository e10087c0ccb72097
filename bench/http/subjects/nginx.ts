import type { Daemon } from '../daemon.ts'

/** `proxy_cache`, with one worker because every other subject has one process, and sockets that stay open like theirs. */
export const nginx: Daemon = {
  program: 'nginx',
  config: ({ port, originPort, folder }) => `
${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off;
worker_processes 1;
pid ${folder}/pid;
error_log stderr;
events { worker_connections 1024; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 100000000;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  proxy_cache_path ${folder}/cache keys_zone=bench:1m;
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://127.0.0.1:${originPort};
      proxy_cache bench;
    }
  }
}
`,
  args: ({ folder }, config) => ['-p', folder, '-e', 'stderr', '-c', config],
}
