// How a page looks, and the little that it does. Both are inside the page, which asks nothing of any other place.

enum PageStyle {
  static let css: HTML = """
    :root{color-scheme:light dark;--bg:#f7f7f5;--card:#fff;--ink:#1d2023;--dim:#5f666e;--line:#e2e4e7;--accent:#2a67ad;\
    --ok:#22703f;--bad:#ae2f27;--kept:#9fbde2;--clip:#dc8b83;--t1:#a8641c;--t2:#74519f;--t3:#1f7f7b;--t4:#878d95;--soft:#eef1f5}
    @media (prefers-color-scheme:dark){:root{--bg:#131518;--card:#1b1e22;--ink:#e3e6e9;--dim:#9ba2aa;--line:#2d3238;\
    --accent:#7fb2ea;--ok:#6cc58c;--bad:#f0877e;--kept:#3f648f;--clip:#a0504a;--t1:#dd9f5a;--t2:#b699dd;--t3:#63c4bf;--t4:#8b929b;\
    --soft:#23272d}}
    *{box-sizing:border-box}
    body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
    main{max-width:76rem;margin:0 auto;padding:1.5rem 1rem 3rem}
    h1{font-size:1.5rem;margin:0;overflow-wrap:anywhere}
    h2{font-size:1.1rem;margin:2.2rem 0 .6rem}
    h3{font-size:.9rem;margin:0;overflow-wrap:anywhere}
    p{margin:.4rem 0;max-width:70ch}
    .dim,figcaption,caption{color:var(--dim)}
    .small{font-size:.85rem}
    .ok{color:var(--ok);font-weight:600}
    .bad{color:var(--bad);font-weight:600}
    code{font:.85em ui-monospace,monospace;overflow-wrap:anywhere}
    .card{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:1rem}
    dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.3rem 1.2rem;margin:0}
    dt{color:var(--dim)}
    dd{margin:0;overflow-wrap:anywhere}
    .scroll{overflow-x:auto;padding:0}
    table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
    caption{text-align:left;padding:.5rem .7rem;font-size:.85rem}
    th,td{padding:.35rem .7rem;text-align:left;vertical-align:top;border-top:1px solid var(--line);white-space:nowrap}
    thead th{color:var(--dim);font-weight:600;border-top:0}
    .n{text-align:right}
    .name{white-space:normal;overflow-wrap:anywhere;min-width:11rem}
    .why{white-space:normal;color:var(--dim)}
    .off .why{min-width:14rem}
    .off td{color:var(--dim)}
    th button{all:unset;cursor:pointer}
    th button:focus-visible{outline:2px solid var(--accent)}
    th[aria-sort] button::after{content:" ↑"}
    th[aria-sort=descending] button::after{content:" ↓"}
    .pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,20rem),1fr));gap:.8rem}
    figure{margin:0}
    figcaption{font-size:.82rem;overflow-wrap:anywhere}
    svg{display:block;width:100%;height:auto}
    svg text{fill:var(--dim);font-size:10px}
    .kept{fill:var(--kept)}
    .clip{fill:var(--clip)}
    .axis{stroke:var(--line)}
    .t{fill:none;stroke-width:1.5;stroke-dasharray:3 2}
    .t0{stroke:var(--accent);stroke-width:2;stroke-dasharray:none}
    .t1{stroke:var(--t1)}
    .t2{stroke:var(--t2)}
    .t3{stroke:var(--t3)}
    .t4{stroke:var(--t4)}
    .keys{display:flex;flex-wrap:wrap;gap:.1rem .9rem;list-style:none;padding:0;margin:.2rem 0;font-size:.82rem}
    .keys li{display:flex;align-items:center;gap:.35rem}
    .key{width:14px;height:8px}
    .bar{height:12px}
    .b0{fill:var(--accent)}
    .b1{fill:var(--t4)}
    .b2{fill:var(--t1)}
    .b3{fill:var(--line)}
    footer{margin-top:2.5rem;color:var(--dim);font-size:.85rem}

    """

  /// Sorts a table by the column whose button is pressed: `data-v` where a cell has one, its text elsewhere.
  static let script: HTML = """
    for(const b of document.querySelectorAll("th button"))b.onclick=()=>{
    const h=b.parentNode,t=h.closest("table"),i=h.cellIndex,up=h.getAttribute("aria-sort")!=="ascending";
    for(const o of t.tHead.rows[0].cells)o.removeAttribute("aria-sort");
    h.setAttribute("aria-sort",up?"ascending":"descending");
    const v=r=>{const c=r.cells[i],d=c.dataset.v;return d===undefined?c.textContent:d===""?null:Number(d)};
    const rows=[...t.tBodies[0].rows].map(r=>[v(r),r]);
    rows.sort(([a],[b])=>a===null?b===null?0:1:b===null?-1:(a<b?-1:a>b?1:0)*(up?1:-1));
    t.tBodies[0].append(...rows.map(r=>r[1]))}

    """
}
