/**
 * Warm water on top, cold below: the hues run from red to indigo in the order of the layers. Written without the spaces
 * that a browser does not need, since no build step takes them out of a string.
 */
export const PANEL_STYLES = `
:host{
all:initial;
color-scheme:light dark;
--precache:light-dark(#b4184e,#ff7fa0);
--sw:light-dark(#d9480f,#ff8f5e);
--http:light-dark(#a86a00,#f3ba4d);
--edge:light-dark(#5a8516,#a9cf5f);
--l1:light-dark(#0a857a,#40cfc0);
--l2:light-dark(#1a74c7,#5eadf7);
--origin:light-dark(#33409c,#9aa6ff);
--network:var(--quiet);
--unknown:light-dark(#868f98,#727d88);
--ground:light-dark(#fff,#12181f);
--raised:light-dark(#f3f6f8,#1a222b);
--line:light-dark(#dde3e8,#2a343f);
--text:light-dark(#17202a,#e4eaf0);
--quiet:light-dark(#56636f,#9ba8b5);
position:fixed;
inset:auto 0 0;
z-index:2147483646;
display:none;
}
:host([open]){display:block}
:host([theme='light']){color-scheme:light}
:host([theme='dark']){color-scheme:dark}
@media print{:host{display:none !important}}

*{box-sizing:border-box;margin:0;padding:0;min-width:0}
[hidden]{display:none !important}
.panel{position:relative;display:flex;flex-direction:column;height:min(var(--height,380px),90vh);color:var(--text);background:var(--ground);border-top:1px solid var(--line);box-shadow:0 -8px 28px #08142029;font:13px/1.45 system-ui,sans-serif;font-variant-numeric:tabular-nums}
button,input{font:inherit;color:inherit;background:none;border:1px solid transparent;border-radius:6px}
button{cursor:pointer}
b,strong{font-weight:600}
:focus-visible{outline:2px solid var(--l2);outline-offset:1px}
.spoken{position:absolute;clip-path:inset(50%)}

.resizer{position:absolute;inset:-3px 0 auto;height:6px;cursor:ns-resize;touch-action:none}
.resizer:hover,.resizer:focus-visible{background:var(--l2);outline:0}

header,h2{display:flex;align-items:center;gap:8px}
header{padding:10px 16px 8px}
h2{font-size:14px}
.mark{width:14px;height:14px;border-radius:4px;background:linear-gradient(var(--sw),var(--l1),var(--origin))}
.summary{flex:1}
.summary b{color:var(--text);white-space:nowrap}
.summary,.count,.query,.type,.state,.none,.head,.empty,dt,input::placeholder{color:var(--quiet);opacity:1}
header input,header button{height:30px;border-color:var(--line);padding:0 10px}
header input{width:220px;background:var(--raised)}
button:hover,[aria-pressed='true'],[aria-expanded='true'],.detail{background:var(--raised)}
[aria-pressed='true']{border-color:var(--quiet)}
header .close{border:0;font-size:18px}

.shares{padding:0 16px 8px}
.stack{display:flex;gap:2px;height:8px;border-radius:4px;overflow:hidden;background:var(--raised)}
.stack i{min-width:3px}
.stack i,.dot,.bar{background:var(--c);forced-color-adjust:none}
.legend{display:flex;flex-wrap:wrap;gap:4px;margin:6px -8px 0}
.legend button{flex:none;display:flex;align-items:center;gap:6px;height:26px;padding:0 8px}
.dot{flex:none;width:9px;height:9px;border-radius:50%}

.list{flex:1;overflow:auto;border-top:1px solid var(--line);padding-bottom:env(safe-area-inset-bottom)}
ul,ol{list-style:none}
.row{position:relative;display:grid;grid-template-columns:minmax(160px,1fr) 76px 196px 84px 92px 148px 72px;gap:0 12px;align-items:center;width:100%;padding:0 16px 0 30px;min-height:30px;text-align:left;border:0;border-radius:0}
.row>*{white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.head{position:sticky;top:0;z-index:1;background:var(--ground);border-bottom:1px solid var(--line);font-size:12px}
.row>.age,.ttl,.size,.time{text-align:right;justify-content:flex-end}
button.row::before{content:'';position:absolute;left:16px;width:5px;height:5px;border:solid var(--quiet);border-width:0 1.5px 1.5px 0;transform:rotate(-45deg)}
.row[aria-expanded='true']::before{transform:rotate(45deg)}
ul li{content-visibility:auto;contain-intrinsic-size:auto 31px}
li + li{border-top:1px solid color-mix(in srgb,var(--line) 55%,#0000)}
.row:focus-visible{outline-offset:-2px}
.answer,button .time{display:flex;align-items:center;gap:7px}
.stale-if-error,.disconnected,.failed,.status{color:var(--precache);font-weight:600}
.track{flex:1}
.bar{display:block;height:6px;min-width:2px;border-radius:3px;width:calc(var(--t) / var(--max) * 100%)}
.empty{padding:32px 16px;text-align:center}

.detail{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,380px);gap:12px 32px;padding:8px 16px 18px 30px}
ol{border-radius:8px;overflow:hidden;border:1px solid var(--line);background:var(--ground);align-self:start}
ol li{position:relative;display:grid;grid-template-columns:116px minmax(0,1fr);gap:0 12px;padding:8px 12px 8px 40px;background:color-mix(in srgb,var(--c) 6%,#0000)}
ol .answered{background:color-mix(in srgb,var(--c) 18%,#0000)}
ol .spared{background:none}
.spared *{color:var(--quiet);font-weight:400}
ol li::before{content:'';position:absolute;inset:-1px auto 0 16px;width:8px;background:linear-gradient(var(--c) 50%,var(--below));forced-color-adjust:none}
ol .spared::before{opacity:0.3}
.answered::after{content:'';position:absolute;left:12px;top:9px;width:16px;height:16px;border:4px solid var(--c);border-radius:50%;background:var(--ground)}
dl{display:grid;grid-template-columns:auto minmax(0,1fr);gap:3px 14px;align-content:start;padding-top:4px}
dd{overflow-wrap:anywhere}

@media (max-width:1000px){
.row{grid-template-columns:minmax(120px,1fr) 176px 72px 132px 66px}
.type,.ttl{display:none}
.detail{grid-template-columns:minmax(0,1fr)}
header input{width:160px}
}
@media (max-width:640px){
.panel{height:78dvh;border-radius:14px 14px 0 0;font-size:14px}
.resizer,.head,.size,.track{display:none}
header{flex-wrap:wrap;padding-top:12px}
h2{flex:1;font-size:16px}
.summary{flex-basis:100%;order:1}
header input,header button{height:40px;padding:0 14px}
header input{flex-basis:100%;order:2;font-size:16px}
.legend{flex-wrap:nowrap;overflow-x:auto;margin:6px -16px 0;padding:2px 12px;scrollbar-width:none}
.legend button{height:36px}
.row{grid-template:'path time' 'answer age' / minmax(0,1fr) auto;gap:2px 12px;padding:9px 16px 9px 30px}
.path{grid-area:path}
.answer{grid-area:answer}
.time{grid-area:time}
.row>.age{grid-area:age;color:var(--quiet)}
.age .spoken{position:static;clip-path:none}
.detail{padding:8px 16px 16px}
ol li{grid-template-columns:minmax(0,1fr)}
}
`
