package main

const style = `<!doctype html><meta charset="utf-8"><style>
body{margin:0;background:#313338;color:#dbdee1;font:15px/1.4 "Liberation Sans",Arial,sans-serif;padding:22px 18px;width:1084px;columns:2;column-gap:28px}
.frame{break-inside:avoid;margin-bottom:26px}.did{color:#949ba4;font-size:13px;margin-bottom:6px;border-left:3px solid #5865f2;padding-left:8px}
.name{color:#f2f3f5;font-weight:bold}.app{background:#5865f2;color:#fff;font-size:10px;border-radius:3px;padding:1px 4px;margin-left:4px}
.container{background:#393a41;border:1px solid #45464e;border-radius:8px;padding:14px 16px;margin-top:6px}.embed{background:#2b2d31;border-left:4px solid #c9a227;border-radius:4px;padding:12px 14px;margin-top:6px}
hr{border:0;border-top:1px solid #4b4d55;margin:9px 0}a{color:#00a8fc}b{color:#f2f3f5}small{color:#b5bac1;font-size:12px}code{background:#2b2d31;border-radius:3px;padding:1px 4px;font-size:13px}
.moment{background:#4a4c55;border-radius:3px;padding:0 2px}.role{background:#414675;color:#c9cdfb;border-radius:3px;padding:0 2px}.quote{border-left:4px solid #65676f;padding-left:10px}
.row{display:flex;flex-wrap:wrap;gap:8px;margin-top:8px}.button{background:#4e5058;color:#fff;border-radius:6px;padding:6px 12px;font-size:14px}.danger{background:#da373c}.submit{background:#5865f2}
.menu{background:#1e1f22;border-radius:6px;padding:8px 12px;font-size:14px;flex:1;max-width:420px;display:flex;justify-content:space-between}.menu i{font-style:normal}.hint{color:#949ba4}
.only{color:#949ba4;font-size:12px;margin-top:8px}
.form{background:#313338;border:1px solid #1e1f22;box-shadow:0 4px 18px #0008;border-radius:8px;padding:18px;max-width:420px}.form .title{color:#f2f3f5;font-size:19px;font-weight:bold;margin-bottom:12px}
.label{color:#f2f3f5;font-weight:bold;font-size:14px}.field{background:#1e1f22;border-radius:4px;padding:9px 11px;margin:6px 0 16px}.end{display:flex;gap:8px;justify-content:flex-end}
</style>`
