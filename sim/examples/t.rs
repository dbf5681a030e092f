use std::time::Instant;
fn cpu() -> f64 { let s=std::fs::read_to_string("/proc/self/stat").unwrap(); let p:Vec<&str>=s.rsplit(')').next().unwrap().split_whitespace().collect(); (p[11].parse::<f64>().unwrap()+p[12].parse::<f64>().unwrap())*10.0 }
fn main() {
    let stage = neem_sim::Stage::build();
    let f = |name: &str, n: usize, work: &mut dyn FnMut()| { let a=cpu(); let b=Instant::now(); for _ in 0..n { work() } println!("{name}: {:.2} ms cpu, {:.2} ms wall", (cpu()-a)/n as f64, b.elapsed().as_secs_f64()*1000.0/n as f64); };
    stage.bench(&f);
}
