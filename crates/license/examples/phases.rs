//! temp
fn main() {
    for p in std::env::args().skip(1) {
        let b = std::fs::read(&p).unwrap();
        let n = if b.len() > 1_000_000 { 1 } else { 200 };
        let t = std::time::Instant::now();
        for _ in 0..n {
            std::hint::black_box(candor_license::words::words(&b));
        }
        let w = candor_license::words::words(&b);
        println!("{} words {:?} ({} words)", p, t.elapsed() / n, w.len());
        let t = std::time::Instant::now();
        for _ in 0..n {
            std::hint::black_box(candor_license::words::windows(&w));
        }
        println!("  windows {:?}", t.elapsed() / n);
        let t = std::time::Instant::now();
        for _ in 0..n {
            std::hint::black_box(candor_license::clauses(&b));
        }
        println!("  words+clauses {:?}", t.elapsed() / n);
        let t = std::time::Instant::now();
        for _ in 0..n {
            std::hint::black_box(candor_license::identify(&b));
        }
        println!("  identify {:?}", t.elapsed() / n);
    }
}
