/* SPDX-License-Identifier: MIT */
/* The script of the site. Pages work without it, but for the live view. All
 * text goes in as text, never as HTML. */
#include "harness/serve/site_private.h"

#include <stdlib.h>

/* clang-format off */
static const char list_script[] =
"'use strict';\n"
"const byId=id=>document.getElementById(id);\n"
"for(const s of document.querySelectorAll('#filter select'))\n"
" s.addEventListener('change',()=>byId('filter').requestSubmit());\n"
"const filter=byId('filter');\n"
"if(filter)filter.addEventListener('submit',()=>{\n"
" for(const e of filter.elements)if(e.name&&!e.value)e.disabled=true;});\n"
"addEventListener('pageshow',()=>{\n"
" if(filter)for(const e of filter.elements)e.disabled=false;chosen();});\n"
"const boxes=[...document.querySelectorAll('#runs .pick input')];\n"
"function chosen(){const n=boxes.filter(b=>b.checked).length;\n"
" const go=byId('compare-go');if(!go||!boxes.length)return;\n"
" go.disabled=n!==2;byId('compare-hint').textContent=\n"
"  n===2?'':n<2?'choose two runs':'two at a time: '+n+' are chosen';}\n"
"for(const b of boxes)b.addEventListener('change',chosen);\n";

static const char live_script[] =
"const live=byId('live');\n"
"const seconds=[];let last=null;\n"
"function put(tag,parent,text,kind){const e=document.createElement(tag);\n"
" if(text!==undefined)e.textContent=text;if(kind)e.className=kind;\n"
" parent.append(e);return e;}\n"
"function fact(list,value,what){const li=put('li',list);put('b',li,value);\n"
" li.append(' '+what);}\n"
"const amount=n=>n>=1e6?(n/1e6).toPrecision(3)+'M':n>=1e4?\n"
" Math.round(n/100)/10+'k':n<10?String(Math.round(10*n)/10):\n"
" String(Math.round(n));\n"
"const time=s=>s>=3600?Math.floor(s/3600)+' h '+Math.floor(s%3600/60)+' min':\n"
" s>=100?Math.floor(s/60)+' min '+Math.floor(s%60)+' s':s.toFixed(0)+' s';\n"
"function colour(name){return getComputedStyle(document.documentElement)\n"
" .getPropertyValue(name);}\n"
"function ready(canvas){const r=devicePixelRatio||1,w=canvas.clientWidth,\n"
" h=canvas.clientHeight;canvas.width=w*r;canvas.height=h*r;\n"
" const c=canvas.getContext('2d');c.scale(r,r);c.font='11px system-ui';\n"
" c.fillStyle=colour('--dim');c.strokeStyle=colour('--rule');\n"
" return{c,w,h:h-20,left:52,width:w-62};}\n"
"function nice(v){let n=1;while(n<v)n*=n.toString()[0]==='2'?2.5:2;return n;}\n"
"function axes(p,high,unit,from,to){const c=p.c;\n"
" for(const part of[0,.5,1]){const y=10+(p.h-10)*(1-part);\n"
"  c.beginPath();c.moveTo(p.left,y);c.lineTo(p.left+p.width,y);c.stroke();\n"
"  c.textAlign='right';c.fillText(amount(high*part)+unit,p.left-6,y+4);}\n"
" c.textAlign='left';c.fillText(time(from),p.left,p.h+15);\n"
" c.textAlign='right';c.fillText(time(to),p.left+p.width,p.h+15);}\n"
"function shades(p,from,to){const c=p.c;if(!last)return;\n"
" for(const f of last.faults)if(f.in_force){c.globalAlpha=.12;\n"
"  c.fillStyle=colour('--bad');const x=p.left+p.width*\n"
"  Math.max(0,(f.since-from)/(to-from));\n"
"  c.fillRect(x,10,p.left+p.width-x,p.h-10);c.globalAlpha=1;}}\n"
"function window_(){const to=Math.max(seconds.length,10);\n"
" return[Math.max(0,to-300),to];}\n"
"function drawRate(){const p=ready(byId('live-rate')),[from,to]=window_();\n"
" let high=1;const shown=seconds.slice(from,to);\n"
" for(const s of shown)if(s)high=Math.max(high,s[0]+s[1]+s[2]);\n"
" high=nice(high);axes(p,high,'',from,to);shades(p,from,to);\n"
" const step=p.width/(to-from),y=v=>(p.h-10)*v/high;\n"
" shown.forEach((s,i)=>{if(!s)return;let base=p.h;\n"
"  ['--ok','--fail','--info'].forEach((name,k)=>{\n"
"   p.c.fillStyle=colour(name);const v=y(s[k]);base-=v;\n"
"   p.c.fillRect(p.left+i*step,base,Math.max(1,step-1),v);});});}\n"
"function drawLatency(){const p=ready(byId('live-latency')),\n"
" [from,to]=window_();let high=.001;const shown=seconds.slice(from,to);\n"
" for(const s of shown)if(s)high=Math.max(high,s[4]);\n"
" const small=high<1;high=small?nice(high*1000)/1000:nice(high);\n"
" axes(p,small?high*1000:high,small?' µs':' ms',from,to);shades(p,from,to);\n"
" const step=p.width/(to-from);\n"
" [[3,'--ok'],[4,'--f0']].forEach(([k,name])=>{p.c.beginPath();\n"
"  p.c.strokeStyle=colour(name);p.c.lineWidth=1.6;let on=false;\n"
"  shown.forEach((s,i)=>{if(!s||!s[k]){on=false;return;}\n"
"   const x=p.left+(i+.5)*step,y=p.h-(p.h-10)*s[k]/high;\n"
"   if(on)p.c.lineTo(x,y);else p.c.moveTo(x,y);on=true;});\n"
"  p.c.stroke();});}\n";

static const char live_script_words[] =
"function total(d){const t=[0,0,0];for(const f in d.operations)\n"
" d.operations[f].forEach((n,i)=>{t[i]+=n;});return t;}\n"
"function facts(d){const list=byId('live-facts'),t=total(d);\n"
" list.textContent='';const full=seconds.slice(-4,-1).filter(Boolean);\n"
" const rate=k=>full.reduce((n,s)=>n+s[k],0)/(full.length||1);\n"
" fact(list,amount(rate(0))+'/s','ok now');fact(list,amount(t[0]),'ok');\n"
" fact(list,amount(t[1]),'fail');fact(list,amount(t[2]),'indeterminate');\n"
" fact(list,String(d.open),'open');fact(list,time(d.time),'so far');\n"
" if(d.left!==null)fact(list,time(d.left),'left');}\n"
"function table(d){const t=byId('live-operations');t.textContent='';\n"
" const head=put('tr',t);for(const n of['operation','ok','fail',\n"
"  'indeterminate'])put('th',head,n);\n"
" for(const f of Object.keys(d.operations)){const r=put('tr',t);\n"
"  put('td',r,f);for(const n of d.operations[f])put('td',r,amount(n),'n');}\n"
" for(const f of Object.keys(d.nodes)){const r=put('tr',t);\n"
"  put('td',r,'at '+f);for(const n of d.nodes[f])\n"
"   put('td',r,amount(n),'n');}}\n"
"function words(d){byId('live-phase').textContent=\n"
"  d.phase?d.phase+' phase':'getting ready';\n"
" const faults=byId('live-faults');faults.textContent='';\n"
" for(const f of d.faults)if(f.in_force){put('span',faults,f.name+\n"
"  (f.target?' '+f.target:'')+(f.effect?', '+f.effect:''),'tag');\n"
"  faults.append(' ');}\n"
" const found=byId('live-findings');found.textContent='';\n"
" for(const f of d.findings)put('li',found,f);\n"
" const log=byId('live-log');\n"
" if(log.textContent!==d.log){log.textContent=d.log;\n"
"  log.scrollTop=log.scrollHeight;}}\n"
"function show(){if(!last)return;facts(last);table(last);words(last);\n"
" drawRate();drawLatency();}\n"
"if(live){const source=new EventSource(live.dataset.events);\n"
" source.addEventListener('progress',e=>{const d=JSON.parse(e.data);\n"
"  if(!d.seconds){byId('live-phase').textContent='getting ready';return;}\n"
"  for(const s of d.seconds)seconds[s[0]]=s.slice(1);\n"
"  last=d;live.dataset.state='open';show();});\n"
" source.addEventListener('end',()=>{source.close();\n"
"  live.dataset.state='ended';byId('live-phase').textContent='is over';\n"
"  setTimeout(()=>location.reload(),500);});\n"
" addEventListener('resize',show);\n"
" matchMedia('(prefers-color-scheme:dark)').addEventListener('change',show);}\n"
"if(document.querySelector('.matrix[data-state=running]'))\n"
" setTimeout(()=>location.reload(),5000);\n";
/* clang-format on */

void answer_script(struct reply *reply)
{
	const char *const parts[] = { list_script, live_script,
				      live_script_words };
	FILE *out = open_memstream(&reply->text, &reply->length);

	if (!out)
		abort();
	for (size_t i = 0; i < 3; i++)
		fputs(parts[i], out);
	if (fclose(out) != 0)
		abort();
	reply->status = 200;
	reply->type = "text/javascript; charset=utf-8";
}
