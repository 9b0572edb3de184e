// The timeline of what tasks do, as lull trace view and the playground show it. Package trace owns this file; the site has a copy.
//
// timeline(root, {compact}) fills the element root, and returns { show(bytes, name), summary() }. bytes are what Trace.Timeline writes; they
// may be shown again and again while a script runs, and what is looked at stays where it is. compact leaves out what needs a whole window:
// the tables at the side, the overview, the filter.
"use strict";
function timeline(root,{compact=false}={}){
root.classList.add("timeline");root.classList.toggle("compact",compact);
root.innerHTML=`
<header>${compact?"":"<h1 data-t=title>Lull trace</h1>"}<dl data-t=sum></dl><div class=tools role=toolbar aria-label="Timeline">
<input data-t=q type=search placeholder="filter (/)" aria-label="Filter tasks by name, place, state, error or number"><span data-t=found role=status></span>
<button type=button data-t=bfit title="show all (F)">fit</button><button type=button data-t=bin title="zoom in (+)" aria-label="zoom in">+</button><button type=button data-t=bout title="zoom out (-)" aria-label="zoom out">&minus;</button>
<button type=button data-t=bpath aria-pressed=false title="the critical path (C)">path</button><button type=button data-t=btab aria-pressed=false title="all tasks as a table (T)">table</button><button type=button data-t=bdark title="dark or light (D)" aria-label="dark or light">&#9680;</button><button type=button data-t=bhelp title="help (?)" aria-label="help">?</button></div></header>
<div class=body><div class=left data-t=left><canvas data-t=c tabindex=0 role=application aria-label="Timeline of all tasks. Arrow keys move, plus and minus zoom; the table has the same as text."></canvas><div class=bar data-t=bar><i></i></div></div>
<div class=table data-t=table tabindex=0 role=region aria-label="All tasks" hidden></div>
<div class=panel><section class=sel data-t=sel aria-live=polite aria-label="The task that is picked" hidden></section><div data-t=side></div></div></div>
<div class=legend data-t=legend></div><div class=tip data-t=tip role=tooltip></div>
<dialog data-t=help aria-label="Looking around"><h2 style="margin-top:0">Looking around</h2><table>
<tr><td><kbd>wheel</kbd><td>scroll the tasks<tr><td><kbd>Ctrl</kbd>+<kbd>wheel</kbd>, <kbd>+</kbd> <kbd>-</kbd><td>zoom in time, where the pointer is<tr><td><kbd>Shift</kbd>+<kbd>wheel</kbd>, drag<td>move in time<tr><td><kbd>Alt</kbd>+<kbd>wheel</kbd>, <kbd>F</kbd> twice<td>higher and lower rows<tr><td>drag in the overview<td>zoom to that time
<tr><td>click<td>a task, its waits and who has woken it<tr><td>double click<td>zoom to what is there<tr><td><kbd>&uarr;</kbd> <kbd>&darr;</kbd> <kbd>&larr;</kbd> <kbd>&rarr;</kbd><td>the task above, below; earlier, later<tr><td><kbd>N</kbd> <kbd>P</kbd><td>the next, the previous turn of the task
<tr><td><kbd>Enter</kbd><td>zoom to the task<tr><td><kbd>Space</kbd><td>fold, or unfold, the tasks that it has spawned<tr><td><kbd>/</kbd><td>filter<tr><td><kbd>F</kbd> <kbd>C</kbd> <kbd>T</kbd> <kbd>D</kbd><td>all; the critical path; the table; dark or light<tr><td><kbd>Esc</kbd><td>back</table>
<p class=dim>A row is a task, below the one that has spawned it. High and dark: it runs. Hatched: it is ready and waits for its turn. Low, in the colour of what it waits in: it waits. Thin lines above: brackets, such as a lock held by <i>with</i>, an attempt, a cleanup. Thin lines below: what it has open.</p>
<form method=dialog><button autofocus>close</button></form></dialog>`;
const $=s=>parts[s],parts={},el=(tag,props,...kids)=>{const e=Object.assign(document.createElement(tag),props||{});e.append(...kids);return e};
for(const e of root.querySelectorAll("[data-t]"))parts[e.dataset.t]=e;
// What is shown, before there is anything; U: microseconds a unit.
let D={end:0,unit:1,waits:[],kinds:[""],sites:[""],objects:[""],counts:[0,0,0],path:[]},T=[],turns={},U=1e-3;

function decode(b){
 let p=0;const num=()=>{let v=0,m=1,x;do{x=b[p++];v+=(x&127)*m;m*=128}while(x>127);return v},sig=()=>{const v=num();return v%2?-(v+1)/2:v/2};
 const n=num();D=JSON.parse(new TextDecoder().decode(b.subarray(p,p+n)));p+=n;U=D.unit/1e3;
 const N=D.tasks,col=f=>{const a=new Array(N);for(let i=0;i<N;i++)a[i]=f(i);return a},S=D.strings;
 let id=0,at=0;T=col(i=>({i,id:id+=num()}));
 for(const t of T)t.by=(d=>d?t.i-d:-1)(num());
 for(const t of T)t.own=(d=>d?t.i-d:-1)(num());
 for(const t of T)t.name=S[num()];for(const t of T)t.at=num();for(const t of T)t.a=at+=sig();for(const t of T)t.e=t.a+num();
 for(const t of T)t.state=num();for(const t of T)t.text=S[num()];
 let m=0;for(const t of T){t.u=m;m+=t.n=num()}for(const t of T)t.nb=num();for(const t of T)t.no=num();
 const f=()=>new Float64Array(m),w={wok:f(),beg:f(),end:f(),cause:new Uint8Array(m),by:new Int32Array(m).fill(-1),why:{},site:new Int32Array(m),obj:new Int32Array(m),hold:new Int32Array(m).fill(-1)};turns=w;
 for(let i=0;i<m;i++)w.wok[i]=num();for(let i=0;i<m;i++)w.beg[i]=num();for(let i=0;i<m;i++)w.end[i]=num();for(let i=0;i<m;i++)w.cause[i]=b[p++];
 for(const t of T){t.run=t.rdy=t.wait=0;let x=t.a;for(let i=t.u;i<t.u+t.n;i++){t.wait+=w.wok[i];t.rdy+=w.beg[i];t.run+=w.end[i];w.wok[i]+=x;w.beg[i]+=w.wok[i];x=w.end[i]+=w.beg[i]}if(t.e>x)t.n?t.wait+=t.e-x:t.rdy+=t.e-x}
 for(const t of T)for(let i=t.u;i<t.u+t.n;i++)if((w.cause[i]&3)==3){const d=sig();w.by[i]=d?t.i+d:-1}
 for(let i=0;i<m;i++)if(w.cause[i]&4)w.why[i]=S[num()];
 for(let i=0;i<m;i++)w.site[i]=num();for(let i=0;i<m;i++)w.obj[i]=num();for(let i=0;i<m;i++)if(w.obj[i])w.hold[i]=num()-1;
 for(const t of T){t.brk=[];for(let i=0;i<t.nb;i++){const what=S[num()],d=num(),text=S[num()],a=t.a+sig();t.brk.push({what,d,text,a,e:a+num()})}}
 for(const t of T){t.open=[];for(let i=0;i<t.no;i++){const what=S[num()],a=t.a+sig();t.open.push({what,a,e:a+num()})}}
}

const STATE=["done","failed","cancelled","under way"],SIGN=["","\u2715","\u2300","\u2026"];
const dur=u=>{u*=U;return u<0?"?":!u?"0":u<1?+(u*1e3).toPrecision(3)+" ns":u<1e3?+u.toPrecision(3)+" \u00b5s":u<1e6?+(u/1e3).toPrecision(3)+" ms":u<6e7?+(u/1e6).toPrecision(3)+" s":u<36e8?(u/6e7|0)+" min "+Math.round(u%6e7/1e6)+" s":u<864e8?(u/36e8|0)+" h "+Math.round(u%36e8/6e7)+" min":(u/864e8).toFixed(1)+" days"};
const short=s=>s.replace(/(^|[ '])(?!\w+:\/\/)[^ ']*\/([^/ ]+:\d+)/g,"$1$2"),label=t=>short(t.name)+" #"+t.id;
const who=i=>i<0||!T[i]?"":label(T[i]);
// What task t waits for after its turn i.
const waits=i=>{let s=short(D.sites[turns.site[i]])||"something";if(turns.obj[i]){const o=D.objects[turns.obj[i]],h=who(turns.hold[i]);s+=o?": "+short(o)+(h?", held by "+h:""):h?": "+h:""}return s};
const woken=i=>{const c=turns.cause[i];let s=["","a timer","outside",turns.by[i]<0?"a task":who(turns.by[i])][c&3];return c&4?"cancelled"+(s?" by "+s:"")+(turns.why[i]?": "+turns.why[i]:""):s?"woken by "+s:""};

// The palette of waits: tints of Okabe and Ito's, by the builtin.
const PAL=["#56b4e9","#009e73","#cc79a7","#d9c926","#9aa5b1","#8c7bd1","#c98b5a","#5fb8b0"],PALD=["#2f7fb0","#0a7a5b","#96537a","#8f8518","#59636e","#6457a3","#8f5f38","#347f79"];
let css={},dark=false,colours=[],legend=[];const coloured=[]; // kinds of waits that have a colour: it is theirs for good
function theme(){const st=getComputedStyle(root);for(const k of["bg","fg","dim","line","lane","run","ready","fail","cut","pick","path","brk","panel"])css[k]=st.getPropertyValue("--"+k).trim();
 dark=document.documentElement.dataset.theme?document.documentElement.dataset.theme=="dark":matchMedia("(prefers-color-scheme:dark)").matches;
 const total=new Map;for(const w of D.waits){const k=D.kinds[w[6]];total.set(k,(total.get(k)||0)+w[1])}
 for(const k of[...[...total].sort((a,b)=>b[1]-a[1]).map(x=>x[0]),...D.kinds])if(k&&!coloured.includes(k))coloured.push(k);
 const P=dark?PALD:PAL;legend=coloured.slice(0,8).map((k,i)=>[k,P[i%8]]).filter(([k])=>D.kinds.includes(k));colours=D.kinds.map(k=>k?P[coloured.indexOf(k)%8]:P[4]);hatch=null;
}
let hatch=null;
function hatched(g){if(hatch)return hatch;const k=document.createElement("canvas");k.width=k.height=6;const h=k.getContext("2d");h.fillStyle=css.ready;h.fillRect(0,0,6,6);h.strokeStyle=css.bg;h.lineWidth=1.4;h.beginPath();h.moveTo(-1,7);h.lineTo(7,-1);h.stroke();return hatch=g.createPattern(k,"repeat")}

// Rows: each task below its spawner, those that are folded away left out.
let rows=[],all=[],folded=new Set,kids,picked=-1,rowOf=[];
function tree(){kids=new Map;for(const t of T){const k=t.by;(kids.get(k)||kids.set(k,[]).get(k)).push(t)}
 const stack=[...(kids.get(-1)||[])].reverse().map(t=>(t.d=0,t));all=[];while(stack.length){const t=stack.pop();all.push(t);const k=kids.get(t.i);if(k)for(let i=k.length-1;i>=0;i--){k[i].d=t.d+1;stack.push(k[i])}}}
let words=[];
function arrange(){const s=$("q").value.trim().toLowerCase();words=s?s.split(/\s+/):[];
 if(words.length){const hit=D.sites.map(x=>x.toLowerCase()),obj=D.objects.map(x=>x.toLowerCase());
  rows=all.filter(t=>words.every(w=>{if(w[0]=="#")return"#"+t.id==w;if((t.name+" "+STATE[t.state]+" "+t.text).toLowerCase().includes(w))return true;for(let i=t.u;i<t.u+t.n;i++)if(hit[turns.site[i]].includes(w)||obj[turns.obj[i]].includes(w))return true;return t.brk.some(b=>(b.what+" "+b.text).toLowerCase().includes(w))||t.open.some(o=>o.what.toLowerCase().includes(w))}))}
 else if(folded.size){rows=[];let skip=-1;for(const t of all){if(skip>=0&&t.d>skip)continue;skip=-1;rows.push(t);if(folded.has(t.i))skip=t.d}}
 else rows=all;
 rowOf=new Int32Array(T.length).fill(-1);rows.forEach((t,i)=>rowOf[t.i]=i);
 $("found").textContent=words.length?rows.length+" of "+T.length:"";if(!$("table").hidden)table()}

// The view.
const c=$("c"),g=c.getContext("2d"),TOP=compact?22:96,OV=compact?0:46;let LEFT=230,W,H,x0=0,x1=1,y0=0,rh=16,mark=-1,showPath=false,pathOf=null;
const X=u=>LEFT+(u-x0)/(x1-x0)*(W-LEFT-12),at=x=>x0+(x-LEFT)/(W-LEFT-12)*(x1-x0);
const XA=u=>LEFT+u/D.end*(W-LEFT-12),atA=x=>(x-LEFT)/(W-LEFT-12)*D.end;
const height=dense=>{rh=Math.min(20,(H-TOP)/Math.max(rows.length,1));if(rh<9)rh=dense?Math.max(2.5,rh):14;y0=0};
// All of the time; where the rows do not fit they can be read, or, the second time, are as low as they must be.
function fit(){const again=x0==0&&x1==Math.max(D.end,1)&&rh==14;x0=0;x1=Math.max(D.end,1);height(again)}
function size(){const r=devicePixelRatio||1;W=c.clientWidth;H=c.clientHeight;if(compact)LEFT=Math.min(190,Math.round(W*.3));c.width=W*r;c.height=H*r;g.setTransform(r,0,0,r,0,0)}
function clamp(){const min=Math.max(D.end/1e7,20/ (D.unit/100));if(x1-x0<min){const m=(x0+x1)/2;x0=m-min/2;x1=m+min/2}const d=x1-x0;if(d>=D.end){x0=0;x1=Math.max(D.end,1)}else{if(x0<0){x0=0;x1=d}if(x1>D.end){x1=D.end;x0=D.end-d}}
 y0=Math.max(0,Math.min(y0,Math.max(0,rows.length*rh-(H-TOP))));}
let asked=false;const redraw=()=>{if(!asked){asked=true;requestAnimationFrame(()=>{asked=false;clamp();draw()})}};
const step=w=>{const s=(x1-x0)*U/((W-LEFT)/w),p=10**Math.floor(Math.log10(s));return[1,2,5,10].map(k=>k*p).find(k=>k>=s*.999)/U};
// first turn of t that ends at or after u
const seek=(t,u)=>{let lo=t.u,hi=t.u+t.n;while(lo<hi){const m=(lo+hi)>>1;turns.end[m]<u?lo=m+1:hi=m}return lo};

function lane(t,y,h){
 const px=(x1-x0)/(W-LEFT-12),w=turns,mid=y+h*.28,low=h*.5,dim=i=>mark>=0&&w.site[i]!=mark;
 g.fillStyle=css.line;g.fillRect(X(t.a),y+h*.45,Math.max(1,X(t.e)-X(t.a)),Math.max(1,h*.12));
 let i=Math.max(t.u,seek(t,x0));const last=t.u+t.n;let prev=i>t.u?w.end[i-1]:t.a;
 // What is narrower than a point shares one, in the colour of its longest part.
 let acc=0,ax=-1,best=0,bc=null,bh=0;const flush=()=>{if(bc){g.fillStyle=bc;bh?g.fillRect(ax,y,1,h):g.fillRect(ax,mid,1,low)}bc=null;best=0};
 const bar=(a,e,fill,high,alpha)=>{if(e<=x0||a>=x1||e<=a)return;const xa=Math.max(LEFT,X(a)),xe=Math.min(W,X(e));
  if(xe-xa<1){const x=Math.floor(xa);if(x!=ax){flush();ax=x}const len=(e-a)*(high?3:1);if(len>best){best=len;bc=fill;bh=high}return}
  flush();ax=-1;g.globalAlpha=alpha;g.fillStyle=fill;high?g.fillRect(xa,y,xe-xa,h):g.fillRect(xa,mid,xe-xa,low);g.globalAlpha=1};
 for(;i<=last;i++){
  const wok=i<last?w.wok[i]:t.e;
  if(i>t.u)bar(prev,wok,colours[w.site[i-1]],false,dim(i-1)?.18:1);
  else if(i==last)bar(prev,wok,hatched(g),false,1);
  if(i==last||wok>x1)break;
  bar(wok,w.beg[i],hatched(g),false,mark>=0?.3:1);bar(w.beg[i],w.end[i],css.run,true,mark>=0?.3:1);prev=w.end[i];if(prev>x1)break}
 flush();
 if(h>=7){for(const b of t.brk){if(b.e<x0||b.a>x1)continue;const xa=Math.max(LEFT,X(b.a)),xe=Math.min(W,X(b.e)),yy=y+Math.min(b.d,2)*2;g.fillStyle=b.text?css.fail:css.brk;g.fillRect(xa,yy,Math.max(1,xe-xa),1.4);g.fillRect(xa,yy,1,3);g.fillRect(Math.max(xa,xe-1),yy,1,3);
   if(h>=13&&xe-xa>60&&b.d==0){g.save();g.beginPath();g.rect(xa,y,xe-xa-2,h);g.clip();g.font="9px system-ui";g.fillStyle=css.fg;g.textBaseline="middle";g.fillText(short(b.what),xa+3,mid+low/2+.5);g.restore()}}
  for(const o of t.open){if(o.e<x0||o.a>x1)continue;g.fillStyle=css.brk;const xa=Math.max(LEFT,X(o.a)),xe=Math.min(W,X(o.e));for(let x=xa;x<xe;x+=5)g.fillRect(x,y+h-1,Math.min(3,xe-x),1)}}
 if(t.state==1||t.state==2){const x=X(t.e);if(x>=LEFT-4&&x<=W+4){g.fillStyle=t.state==1?css.fail:css.cut;g.fillRect(x-1.5,y,3,h);if(h>=9){g.font="bold "+Math.min(13,h+1)+"px system-ui";g.textBaseline="middle";g.fillText(SIGN[t.state],x+4,y+h/2)}}}
}

function draw(){
 g.fillStyle=css.bg;g.fillRect(0,0,W,H);
 const first=Math.max(0,Math.floor(y0/rh)),last=Math.min(rows.length,Math.ceil((y0+H-TOP)/rh));
 g.save();g.beginPath();g.rect(0,TOP,W,H-TOP);g.clip();
 for(let r=first;r<last;r++){if(r%2==0){g.fillStyle=css.lane;g.fillRect(0,TOP+r*rh-y0,W,rh)}}
 if(picked>=0&&rowOf[picked]>=0){g.fillStyle=css.pick;g.globalAlpha=.14;g.fillRect(0,TOP+rowOf[picked]*rh-y0,W,rh);g.globalAlpha=1}
 // the lines of the axis
 const st=step(120);g.strokeStyle=css.line;g.lineWidth=1;g.beginPath();for(let u=Math.ceil(x0/st)*st;u<=x1;u+=st){const x=Math.round(X(u))+.5;g.moveTo(x,TOP);g.lineTo(x,H)}g.stroke();
 g.save();g.beginPath();g.rect(LEFT,TOP,W-LEFT-10,H-TOP);g.clip();
 for(let r=first;r<last;r++){const t=rows[r],y=TOP+r*rh-y0;if(t.e<x0||t.a>x1)continue;lane(t,y+(rh>8?1.5:.5),Math.max(1.5,rh-(rh>8?3:1)))}
 if(showPath)paths();if(picked>=0)arrows();
 g.restore();
 if(rh>=9){g.font=Math.min(12,rh-1)+"px system-ui";g.textBaseline="middle";for(let r=first;r<last;r++){const t=rows[r],y=TOP+r*rh-y0+rh/2,x=8+Math.min(12,words.length?0:t.d)*11;
  const k=kids.get(t.i);if(k&&!words.length){g.fillStyle=css.dim;g.fillText(folded.has(t.i)?"\u25b8":"\u25be",x-1,y)}
  g.fillStyle=t.state==1?css.fail:t.state==2?css.dim:css.fg;let s=short(t.name)||"?";const sign=SIGN[t.state],id=" #"+t.id+(sign&&t.state<3?" "+sign:"")+(folded.has(t.i)?" +"+below(t):"");const room=LEFT-14-x-10-g.measureText(id).width;
  if(g.measureText(s).width>room){let n=Math.max(1,Math.floor(s.length*room/g.measureText(s).width)-1);s=s.slice(0,n)+"\u2026"}
  g.fillText(s,x+10,y);const sw=g.measureText(s).width;g.fillStyle=css.dim;g.fillText(id,x+10+sw,y)}}
 g.restore();
 if(!compact)overview();
 // the axis
 g.fillStyle=css.bg;g.fillRect(0,compact?0:OV+4,W,TOP-(compact?0:OV+4));g.font="11px system-ui";g.textBaseline="middle";g.fillStyle=css.dim;
 for(let u=Math.ceil(x0/st)*st;u<=x1;u+=st){const x=X(u);if(x<W-50)g.fillText(dur(u),x+3,TOP-12);g.fillRect(Math.round(x),TOP-20,1,20)}
 if(!compact){g.fillText(rows.length==T.length?T.length+" tasks, each below its spawner":rows.length+" of "+T.length+" tasks",8,TOP-12);
  g.fillText("shown: "+dur(x1-x0)+" of "+dur(D.end),8,TOP-28)}
 g.strokeStyle=css.line;g.beginPath();g.moveTo(0,TOP-.5);g.lineTo(W,TOP-.5);g.moveTo(LEFT-.5,0);g.lineTo(LEFT-.5,H);g.stroke();
 const bar=$("bar").firstChild,total=rows.length*rh,view=H-TOP;if(total>view+1){$("bar").style.display="";const bh=Math.max(20,view*view/total);bar.style.height=bh+"px";bar.style.top=(view-bh)*(y0/(total-view))+"px"}else $("bar").style.display="none";
}
const below=t=>{let n=0;const st=[t];while(st.length){const k=kids.get(st.pop().i);if(k){n+=k.length;st.push(...k)}}return n};

// The overview: tasks alive, ready and running over the whole time, once worked out.
let ov=null;
function overview(){const n=Math.max(50,Math.floor(W-LEFT-12));
 if(!ov||ov.n!=n||ov.rows!=rows){const al=new Float64Array(n+2),rd=new Float64Array(n+2),rn=new Float64Array(n+2),end=Math.max(D.end,1),k=n/end,w=turns;
  const add=(a,from,to)=>{let x=from*k,y=to*k,i=Math.floor(x),j=Math.floor(y);if(i==j){a[i]+=y-x;return}a[i]+=i+1-x;for(let q=i+1;q<j;q++)a[q]+=1;if(j<=n)a[j]+=y-j};
  for(const t of rows){al[Math.floor(t.a*k)]++;al[Math.min(n+1,Math.floor(t.e*k)+1)]--;for(let i=t.u;i<t.u+t.n;i++){if(w.beg[i]>w.wok[i])add(rd,w.wok[i],w.beg[i]);if(w.end[i]>w.beg[i])add(rn,w.beg[i],w.end[i])}}
  let s=0,m=1;for(let i=0;i<n;i++){s+=al[i];al[i]=s;m=Math.max(m,s)}ov={n,rows,al,rd,rn,m}}
 g.fillStyle=css.bg;g.fillRect(0,0,W,OV+4);const h=OV-8,y=OV;
 g.fillStyle=dark?"#33424f":"#c7d6e3";for(let i=0;i<n;i++){const v=ov.al[i]/ov.m*h;if(v>0)g.fillRect(LEFT+i,y-v,1,v)}
 g.fillStyle=css.ready;for(let i=0;i<n;i++){const v=Math.min(1,ov.rd[i]/ov.m)*h;if(v>.2)g.fillRect(LEFT+i,y-v,1,Math.max(1,v))}
 g.fillStyle=css.run;for(let i=0;i<n;i++)if(ov.rn[i]>.02){g.globalAlpha=Math.min(1,.25+ov.rn[i]*.75);g.fillRect(LEFT+i,y+1,1,3)}g.globalAlpha=1;
 g.font="11px system-ui";g.textBaseline="middle";g.fillStyle=css.dim;g.fillText("alive, at most "+(rows==all?D.counts[2]:ov.m),8,12);g.fillStyle=css.dim;g.fillText("ready (amber), running (below)",8,27);
 if(x1-x0<D.end*.999){g.fillStyle=css.fg;g.globalAlpha=.1;const a=XA(x0),e=XA(x1);g.fillRect(LEFT,0,a-LEFT,OV+4);g.fillRect(e,0,W-e,OV+4);g.globalAlpha=1;g.strokeStyle=css.pick;g.lineWidth=1.5;g.strokeRect(a,1,Math.max(2,e-a),OV+2);g.lineWidth=1}
 if(brush){g.fillStyle=css.pick;g.globalAlpha=.3;g.fillRect(Math.min(brush[0],brush[1]),0,Math.abs(brush[1]-brush[0]),OV+4);g.globalAlpha=1}
}
const rowY=i=>TOP+rowOf[i]*rh-y0+rh/2;
function arrow(x,ya,yb,col){g.strokeStyle=g.fillStyle=col;g.beginPath();g.moveTo(x,ya);g.lineTo(x,yb);g.stroke();const s=yb>ya?-5:5;g.beginPath();g.moveTo(x,yb);g.lineTo(x-3.5,yb+s);g.lineTo(x+3.5,yb+s);g.fill()}
// The arrows of the task that is picked: who has spawned and woken it, and whom it has.
function arrows(){const t=T[picked],w=turns;if(rowOf[picked]<0)return;const y=rowY(picked);g.lineWidth=1.3;
 if(t.by>=0&&rowOf[t.by]>=0&&t.a>=x0&&t.a<=x1)arrow(X(t.a),rowY(t.by),y,css.pick);
 let n=0,px=-9;for(let i=Math.max(t.u,seek(t,x0)-1);i<t.u+t.n&&n<400;i++){if(w.wok[i]>x1)break;const b=w.by[i];if(b<0||rowOf[b]<0||w.wok[i]<x0)continue;const x=X(w.wok[i]);if(x-px<3)continue;px=x;n++;arrow(x,rowY(b),y,w.cause[i]&4?css.fail:css.pick)}
 g.lineWidth=1}
function paths(){g.strokeStyle=css.path;g.lineWidth=2.5;g.beginPath();let prev=null;for(const p of D.path){const r=rowOf[p[0]];if(r<0||p[2]<x0||p[1]>x1){prev=null;continue}const y=rowY(p[0]),a=X(p[1]),e=X(p[2]);if(prev)g.lineTo(a,y);else g.moveTo(a,y);g.lineTo(e,y);prev=p}g.stroke();g.lineWidth=1}

// What is where the pointer is.
const rowAt=y=>y<TOP?null:rows[Math.floor((y-TOP+y0)/rh)];
function stretch(t,u){const w=turns,i=seek(t,u);if(u<t.a||u>t.e)return null;if(i>=t.u+t.n)return t.n?{kind:"wait",i:i-1,a:w.end[i-1],e:t.e,open:true}:{kind:"ready",i:-1,a:t.a,e:t.e};
 const p=i>t.u?w.end[i-1]:t.a;if(u>=w.beg[i])return{kind:"run",i,a:w.beg[i],e:w.end[i]};if(u>=w.wok[i])return{kind:"ready",i,a:w.wok[i],e:w.beg[i]};return{kind:"wait",i:i-1,a:p,e:w.wok[i],next:i}}
function describe(t,u){const w=turns;let s=label(t)+"   "+STATE[t.state]+"\nlived "+dur(t.e-t.a)+": ran "+dur(t.run)+", ready "+dur(t.rdy)+", waited "+dur(t.wait);
 const k=u==null?null:stretch(t,u);
 if(k){s+="\n";if(k.kind=="run")s+="\nruns for "+dur(k.e-k.a)+", from "+dur(k.a);else if(k.kind=="ready")s+="\nis ready, and waits "+dur(k.e-k.a)+" for its turn"+(k.i>=0&&woken(k.i)?"\n"+woken(k.i):"");
  else{s+="\nwaits "+dur(k.e-k.a)+" in "+waits(k.i);if(k.next!=null&&woken(k.next))s+="\n"+woken(k.next)}
  const b=t.brk.filter(b=>u>=b.a&&u<=b.e).map(b=>"in "+short(b.what)+" ("+dur(b.e-b.a)+")"+(b.text?": "+short(b.text):""));if(b.length)s+="\n"+b.join("\n");const o=t.open.filter(o=>u>=o.a&&u<=o.e).map(o=>"has open: "+o.what);if(o.length)s+="\n"+o.slice(0,4).join("\n")+(o.length>4?"\nand "+(o.length-4)+" more":"")}
 if(t.text)s+="\n\n"+t.text;return s}
function tip(e,t,u){const p=$("tip");if(!t){p.style.display="none";return}p.textContent=describe(t,u);p.style.display="block";const r=p.getBoundingClientRect();p.style.left=Math.max(4,Math.min(innerWidth-r.width-8,e.clientX+14))+"px";p.style.top=Math.max(4,Math.min(innerHeight-r.height-8,e.clientY+16))+"px"}

// The panel of the task that is picked.
const link=(text,fn)=>el("button",{className:"go",textContent:text,onclick:fn});
function pick(i,scroll){picked=i;const s=$("sel");if(i<0){s.hidden=true;redraw();return}
 const t=T[i],w=turns;s.hidden=false;s.replaceChildren(el("h2",{textContent:label(t)+" "+SIGN[t.state]}));
 s.append(el("p",{className:"dim",textContent:STATE[t.state]+" after "+dur(t.e-t.a)+"; ran "+dur(t.run)+" in "+t.n+(t.n==1?" turn":" turns")+", ready "+dur(t.rdy)+", waited "+dur(t.wait)}));
 if(t.text)s.append(el("p",{className:t.state==1?"err":"dim",textContent:t.text}));
 const p=el("p");if(t.by>=0)p.append("spawned by ",link(label(T[t.by]),()=>go(t.by)));if(D.sites[t.at])p.append(" at "+short(D.sites[t.at]));p.append(" at "+dur(t.a));s.append(p);
 if(t.own>=0&&t.own!=t.by)s.append(el("p",{},"owned by ",link(label(T[t.own]),()=>go(t.own))));
 const k=kids.get(i);if(k)s.append(el("p",{textContent:"has spawned "+k.length+(k.length==1?" task":" tasks")}));
 const list=[];for(let j=t.u;j<t.u+t.n;j++){const e=j+1<t.u+t.n?w.wok[j+1]:t.e;if(e>w.end[j]&&!(j+1==t.u+t.n&&t.state<3))list.push([e-w.end[j],j])}
 list.sort((a,b)=>b[0]-a[0]);if(list.length){const tb=el("table");for(const[d,j]of list.slice(0,8)){const cell=el("td",{},link(short(D.sites[w.site[j]])||"waits",()=>zoom(t,w.end[j],w.end[j]+d)));const o=D.objects[w.obj[j]],h=w.hold[j];
   if(w.obj[j]){cell.append(": "+short(o||""));if(h>=0)cell.append(o?", held by ":"",link(label(T[h]),()=>go(h,w.end[j])))}
   if(j+1<t.u+t.n){const x=woken(j+1);if(x)cell.append(el("br"),el("small",{textContent:x}))}tb.append(el("tr",{},cell,el("td",{textContent:dur(d)})))}s.append(el("h2",{textContent:"its longest waits"}),tb)}
 if(t.brk.length){const tb=el("table");for(const b of t.brk.slice(0,12))tb.append(el("tr",{},el("td",{},link(short(b.what),()=>zoom(t,b.a,b.e)),...(b.text?[el("br"),el("span",{className:"err",textContent:short(b.text)})]:[])),el("td",{textContent:dur(b.e-b.a)})));if(t.brk.length>12)tb.append(el("tr",{},el("td",{className:"dim",textContent:"and "+(t.brk.length-12)+" more"})));s.append(el("h2",{textContent:"brackets"}),tb)}
 if(t.open.length){const tb=el("table");for(const o of t.open.slice(0,12))tb.append(el("tr",{},el("td",{textContent:o.what}),el("td",{textContent:dur(o.e-o.a)})));if(t.open.length>12)tb.append(el("tr",{},el("td",{className:"dim",textContent:"and "+(t.open.length-12)+" more"})));s.append(el("h2",{textContent:"had open"}),tb)}
 if(scroll){const y=rowOf[i]*rh;if(rowOf[i]>=0&&(y<y0||y+rh>y0+H-TOP))y0=y-(H-TOP)/2}
 redraw()}
function show(i){if(rowOf[i]>=0)return;let changed=false;if(words.length){$("q").value="";changed=true}for(let p=T[i].by;p>=0;p=T[p].by)changed=folded.delete(p)||changed;if(changed)arrange()}
function go(i,u){show(i);if(rh<12)rh=14;const t=T[i];if(u!=null&&(u<x0||u>x1)){const d=x1-x0;x0=u-d/2;x1=u+d/2}else if(u==null&&(t.e<x0||t.a>x1))zoom(t,t.a,t.e);pick(i,true);c.focus()}
function zoom(t,a,e){show(t.i);const d=Math.max(e-a,1);x0=a-d*.25;x1=e+d*.25;if(rh<12)rh=14;y0=rowOf[t.i]*rh-(H-TOP)/2;pick(t.i,false);c.focus();redraw()}

// The tables at the side.
function side(){if(compact)return;const s=$("side"),head=(h,rows,note)=>{if(!rows.length)return;const tb=el("table");for(const r of rows)tb.append(r);s.append(el("h2",{textContent:h}));if(note)s.append(el("p",{className:"dim",textContent:note}));s.append(tb)};
 const row=(a,b,sub)=>el("tr",{},el("td",{},...a),el("td",{},b,...(sub?[el("br"),el("small",{textContent:sub})]:[])));
 const sums=(list,colour)=>(list||[]).map(w=>row([...(colour?[el("i",{className:"sw",style:"background:"+colours[w[6]]})]:[]),link(short(w[0])||"(unknown)",()=>{if(colour){mark=mark==w[6]?-1:w[6];redraw()}else if(w[4]>=0)zoom(T[w[4]],w[5],w[5]+w[3])}),...(w[7]>=0?[el("br"),el("small",{},w[8]?"held longest by ":"held by ",link(label(T[w[7]]),()=>go(w[7])),w[8]?", "+dur(w[8]):" when most began to wait")]:[])],dur(w[1]),w[2]+" \u00d7, max "+dur(w[3])));
 const moments=l=>(l||[]).slice(0,10).map(m=>row([link(label(T[m[0]]),()=>zoom(T[m[0]],m[1],m[1]+m[2])),el("small",{textContent:" at "+dur(m[1])})],dur(m[2])));
 s.replaceChildren();
 head("failed",(D.failed||[]).slice(0,30).map(i=>row([link(label(T[i]),()=>zoom(T[i],T[i].a,T[i].e)),el("br"),el("span",{className:"err",textContent:T[i].text})],dur(T[i].e))),D.counts[0]>30?"the first 30 of "+D.counts[0]:"");
 head("cancelled",(D.cancelled||[]).slice(0,10).map(x=>row([link(label(T[x[2]]),()=>go(x[2])),x[1]>1?el("small",{textContent:" and "+(x[1]-1)+" more"}):"",el("br"),el("small",{textContent:x[0]})],x[1]+" \u00d7")));
 head("waited for, all tasks together",sums(D.waits,true),"a click shows these alone");
 head("who held what was waited for",sums((D.held||[]).slice(0,12)));
 head("longest turns",moments(D.long),"all others stand still meanwhile");
 head("longest ready without a turn",moments(D.late));
 head("critical path",sums((D.pathSums||[]).slice(0,12)),"from the start of the script to its end"+(D.pathCut?"; the page draws its first part":"")+": C shows it")}
let order=["id",1];
function table(){const cols=[["id","number",t=>t.id],["name","name",t=>t.name],["state","state",t=>STATE[t.state]],["a","spawned at",t=>t.a,1],["life","lived",t=>t.e-t.a,1],["run","ran",t=>t.run,1],["rdy","ready",t=>t.rdy,1],["wait","waited",t=>t.wait,1],["by","spawned by",t=>t.by<0?"":label(T[t.by])],["text","error",t=>t.text]];
 const key=cols.find(x=>x[0]==order[0]),list=rows.slice().sort((a,b)=>{const x=key[2](a),y=key[2](b);return(x<y?-1:x>y?1:a.id-b.id)*order[1]}),most=1000;
 const tb=el("table"),hr=el("tr");for(const k of cols)hr.append(el("th",{scope:"col",className:k[3]?"n":"",ariaSort:order[0]==k[0]?(order[1]>0?"ascending":"descending"):"none"},el("button",{textContent:k[1]+(order[0]==k[0]?order[1]>0?" \u2191":" \u2193":""),onclick:()=>{order=[k[0],order[0]==k[0]?-order[1]:k[3]?-1:1];table()}})));
 tb.append(el("caption",{textContent:"All tasks"+(words.length?" that the filter leaves":"")+(list.length>most?"; the first "+most+" of "+list.length+": sort or filter for others":"")}),el("thead",{},hr));const body=el("tbody");
 for(const t of list.slice(0,most)){const r=el("tr");for(const k of cols){const v=k[2](t),td=el("td",{className:k[3]?"n":""});if(k[0]=="name")td.append(link(short(v)||"?",()=>{toggleTable();go(t.i)}));else td.textContent=k[3]?dur(v):v;r.append(td)}body.append(r)}
 tb.append(body);$("table").replaceChildren(tb)}
function toggleTable(){const on=$("table").hidden;$("table").hidden=!on;$("left").hidden=on;$("btab").ariaPressed=on;if(on)table();else{size();redraw()}}
function keyOf(){const l=$("legend"),sw=(fill)=>{const k=el("canvas",{width:40,height:22}),h=k.getContext("2d");h.scale(2,2);fill(h);return k};
 l.replaceChildren(el("span",{},sw(h=>{h.fillStyle=css.run;h.fillRect(0,0,20,11)}),"runs"),el("span",{},sw(h=>{h.fillStyle=hatched(h);h.fillRect(0,3,20,6)}),"ready, waits for its turn"),...legend.map(([k,col])=>el("span",{},sw(h=>{h.fillStyle=col;h.fillRect(0,3,20,6)}),"waits in "+k)),el("span",{},sw(h=>{h.fillStyle=css.brk;h.fillRect(0,3,20,1.5);h.fillRect(0,3,1,4);h.fillRect(19,3,1,4)}),"bracket"),el("span",{},SIGN[1]+" failed  "+SIGN[2]+" cancelled"),compact?"":el("span",{style:"margin-left:auto"},el("kbd",{textContent:"Ctrl"}),"+wheel zooms, drag moves, ",el("kbd",{textContent:"?"})," helps"))}

// Hands.
let drag=null,brush=null,moved=false;
const zoomAt=(u,f)=>{x0=u-(u-x0)*f;x1=u+(x1-u)*f;redraw()};
c.addEventListener("wheel",e=>{if(compact&&!e.ctrlKey&&!e.metaKey&&!e.shiftKey&&!e.altKey&&rows.length*rh<=H-TOP+1)return;e.preventDefault();const k=e.deltaMode==1?16:e.deltaMode==2?H:1,dx=e.deltaX*k,dy=e.deltaY*k;
 if(e.ctrlKey||e.metaKey)zoomAt(at(Math.max(LEFT,e.offsetX)),Math.exp(Math.max(-2,Math.min(2,dy*.004))));else if(e.altKey){rh=Math.max(3,Math.min(40,rh*Math.exp(-dy*.002)));redraw()}
 else if(e.shiftKey||Math.abs(dx)>Math.abs(dy)){const d=(e.shiftKey&&!dx?dy:dx)/(W-LEFT)*(x1-x0);x0+=d;x1+=d;redraw()}else if(rows.length*rh>H-TOP+1){y0+=dy;redraw()}else zoomAt(at(Math.max(LEFT,e.offsetX)),Math.exp(Math.max(-2,Math.min(2,dy*.002))))},{passive:false});
c.addEventListener("pointerdown",e=>{if(e.button)return;c.setPointerCapture(e.pointerId);moved=false;if(e.offsetY<OV+4&&e.offsetX>LEFT)brush=[e.offsetX,e.offsetX];else drag=[e.offsetX,e.offsetY,x0,x1,y0];tip()});
c.addEventListener("pointermove",e=>{if(brush){brush[1]=Math.max(LEFT,e.offsetX);moved=true;redraw();return}
 if(drag){const dx=e.offsetX-drag[0],dy=e.offsetY-drag[1];if(!moved&&Math.hypot(dx,dy)<4)return;moved=true;c.style.cursor="grabbing";const d=dx/(W-LEFT)*(drag[3]-drag[2]);x0=drag[2]-d;x1=drag[3]-d;if(x0<0){x1-=x0;x0=0}if(x1>D.end){x0-=x1-D.end;x1=D.end}y0=drag[4]-dy;redraw();return}
 const t=rowAt(e.offsetY);c.style.cursor=t?"pointer":"default";tip(e,t,e.offsetX>LEFT?at(e.offsetX):null)});
c.addEventListener("pointerup",e=>{c.style.cursor="default";if(brush){const a=atA(Math.min(...brush)),b=atA(Math.max(...brush));if(brush[1]!=brush[0]&&Math.abs(brush[1]-brush[0])>3){x0=a;x1=b}else{const d=x1-x0;x0=a-d/2;x1=a+d/2}brush=null;redraw()}
 else if(drag&&!moved){const t=rowAt(e.offsetY);if(t&&e.offsetX<LEFT&&kids.get(t.i)&&!words.length&&Math.abs(e.offsetX-(12+Math.min(12,t.d)*11))<9)fold(t);else pick(t?t.i:-1)}drag=null});
c.addEventListener("pointercancel",()=>{drag=brush=null});c.addEventListener("pointerleave",()=>tip());
c.addEventListener("dblclick",e=>{const t=rowAt(e.offsetY);if(!t){fit();redraw();return}const k=stretch(t,at(e.offsetX));k?zoom(t,k.a,k.e):zoom(t,t.a,t.e)});
let sb=null;$("bar").addEventListener("pointerdown",e=>{$("bar").setPointerCapture(e.pointerId);sb=true;slide(e)});const slide=e=>{const r=$("bar").getBoundingClientRect();y0=(e.clientY-r.top)/r.height*rows.length*rh-(H-TOP)/2;redraw()};$("bar").addEventListener("pointermove",e=>sb&&slide(e));$("bar").addEventListener("pointerup",()=>sb=null);
function fold(t){folded.delete(t.i)||folded.add(t.i);arrange();redraw()}
const toggle={path(){showPath=!showPath;$("bpath").ariaPressed=showPath;redraw()},dark(){document.documentElement.dataset.theme=dark?"light":"dark"},fit(){mark=-1;fit();redraw()}};
$("bfit").onclick=toggle.fit;$("bin").onclick=()=>zoomAt((x0+x1)/2,.5);$("bout").onclick=()=>zoomAt((x0+x1)/2,2);$("bpath").onclick=toggle.path;$("btab").onclick=toggleTable;$("bdark").onclick=toggle.dark;$("bhelp").onclick=()=>$("help").showModal();
$("q").oninput=()=>{arrange();height();redraw()};
$("q").onkeydown=e=>{if(e.key=="Escape"){e.target.value="";e.target.oninput();c.focus()}else if(e.key=="Enter"&&rows.length){pick(rows[0].i,true);c.focus()}e.stopPropagation()};
(compact?root:document).addEventListener("keydown",e=>{if(e.ctrlKey||e.metaKey||e.altKey||$("help").open||/^(INPUT|BUTTON)$/.test(e.target.tagName)&&/^( |Enter|Arrow)/.test(e.key)||!T.length)return;
 const d=x1-x0,r=picked<0?-1:rowOf[picked],sel=i=>{if(rows[i])pick(rows[i].i,true)};
 const next=k=>{if(picked<0)return;const t=T[picked];let i=seek(t,(x0+x1)/2);i=k>0?(turns.beg[i]>(x0+x1)/2+1e-9?i:i+1):i-1;i=Math.max(t.u,Math.min(t.u+t.n-1,i));if(t.n){const m=(turns.beg[i]+turns.end[i])/2;x0=m-d/2;x1=m+d/2;redraw()}};
 const K={"+":()=>zoomAt((x0+x1)/2,.6),"=":()=>zoomAt((x0+x1)/2,.6),"-":()=>zoomAt((x0+x1)/2,1/.6),w:()=>zoomAt((x0+x1)/2,.6),s:()=>zoomAt((x0+x1)/2,1/.6),ArrowLeft:()=>{x0-=d*.15;x1-=d*.15;redraw()},ArrowRight:()=>{x0+=d*.15;x1+=d*.15;redraw()},a:()=>K.ArrowLeft(),d:()=>toggle.dark(),
  ArrowDown:()=>sel(r<0?Math.floor(y0/rh):r+1),ArrowUp:()=>sel(r<0?Math.floor(y0/rh):r-1),PageDown:()=>{y0+=H-TOP-rh;redraw()},PageUp:()=>{y0-=H-TOP-rh;redraw()},Home:()=>{sel(0)},End:()=>sel(rows.length-1),Enter:()=>picked>=0&&zoom(T[picked],T[picked].a,T[picked].e)," ":()=>picked>=0&&kids.get(picked)&&!words.length&&fold(T[picked]),
  f:toggle.fit,c:toggle.path,t:toggleTable,n:()=>next(1),p:()=>next(-1),"/":()=>$("q").focus(),"?":()=>$("help").showModal(),Escape:()=>{if(!$("table").hidden)toggleTable();else if(picked>=0)pick(-1);else if(mark>=0){mark=-1;redraw()}else if(words.length){$("q").value="";$("q").oninput()}else toggle.fit()}};
 const fn=K[e.key]||K[e.key.toLowerCase()];if(fn){e.preventDefault();fn();tip()}});
new ResizeObserver(()=>{size();ov=null;if(picked<0&&!y0&&x0<=0&&x1>=D.end)height();redraw()}).observe(c);
const themed=()=>{theme();keyOf();side();redraw()};
matchMedia("(prefers-color-scheme:dark)").addEventListener("change",themed);new MutationObserver(themed).observe(document.documentElement,{attributes:true,attributeFilter:["data-theme"]});

// What the run was, in words.
function summary(){const item=(k,v)=>el("div",{},el("dt",{textContent:k}),el("dd",{textContent:v})),s=$("sum"),n=T.length;s.replaceChildren();
 if(n)s.append(item("took",dur(D.end)+(D.virtual?" (virtual time)":"")),item("tasks",n+(D.counts[2]<n?", at most "+D.counts[2]+" at once":"")));
 if(n&&!compact)s.append(item("in Lua",dur(D.ran)+(D.virtual||!D.end?"":" ("+Math.round(100*D.ran/D.end)+" %)")));
 if(D.counts[0])s.append(item("failed",D.counts[0]));if(D.counts[1])s.append(item("cancelled",D.counts[1]));
 if(D.truncated)s.append(el("span",{className:"note",textContent:"cut short: the process was killed"}));if(D.last)s.append(el("span",{className:"note",textContent:"the end of the run alone was kept"}));
 c.setAttribute("aria-label","Timeline of "+n+(n==1?" task":" tasks")+" over "+dur(D.end)+": "+D.counts[0]+" failed, "+D.counts[1]+" cancelled. Arrow keys move, plus and minus zoom; the table has the same as text.")}

// show takes the place of what was shown. What was looked at stays: the stretch of time, the task that was picked, what was folded away.
function show(bytes){
 const began=!T.length,whole=x0<=0&&x1>=Math.max(D.end,1)*.999,unit=U,was=picked<0?0:T[picked].id,shut=[...folded].map(i=>T[i].id),count=rows.length,from=y0;
 decode(bytes);
 const place=new Map(T.map(t=>[t.id,t.i]));folded=new Set(shut.filter(id=>place.has(id)).map(id=>place.get(id)));picked=place.get(was)??-1;mark=-1;ov=null;
 theme();tree();arrange();side();keyOf();summary();
 if(began||whole){x0=0;x1=Math.max(D.end,1)}else{x0*=unit/U;x1*=unit/U}
 if(began)size();if(began||rows.length!=count){height();y0=from}
 if(!$("table").hidden)table();
 if(was)pick(picked);else redraw();
 return D}
// clear takes everything away, as before the first run.
function clear(){D={end:0,unit:1,waits:[],kinds:[""],sites:[""],objects:[""],counts:[0,0,0],path:[]};T=[];turns={};folded=new Set;picked=-1;x0=0;x1=1;y0=0;ov=null;$("sel").hidden=true;
 theme();tree();arrange();side();keyOf();summary();if(!$("table").hidden)table();redraw()}
size();clear();
return{show,clear,find(id){const t=T.find(t=>t.id==id);if(t)zoom(t,t.a,t.e)}}
}
