"""Papers that the phenomena are from, by name; statements and instances here are our own."""

from __future__ import annotations

AUER = "Auer, Herbster and Warmuth, Exponentially Many Local Minima for Single Neurons (NIPS 1995)"
BRADY = (
    "Brady, Raghavan and Slawny, Back Propagation Fails to Separate Where Perceptrons Succeed "
    "(IEEE Transactions on Circuits and Systems 1989)"
)
CHRISTOF = (
    "Christof and Kowalczyk, On the Omnipresence of Spurious Local Minima in Certain Neural "
    "Network Training Problems (2022)"
)
DING = (
    "Ding, Li and Sun, Sub-Optimal Local Minima Exist for Neural Networks with Almost All "
    "Non-Linear Activations (2019)"
)
ELIMINATION = (
    "Kawaguchi and Kaelbling, Elimination of All Bad Local Minima in Deep Learning (AISTATS 2020)"
)
FUKUMIZU = (
    "Fukumizu and Amari, Local Minima and Plateaus in Hierarchical Structures of Multilayer "
    "Perceptrons (Neural Networks 2000)"
)
HE = (
    "He, Wang and Tao, Piecewise Linear Activations Substantially Shape the Loss Surfaces of "
    "Neural Networks (ICLR 2020)"
)
INDUCED_MODEL = (
    "Kawaguchi, Huang and Kaelbling, Every Local Minimum Value Is the Global Minimum Value of "
    "Induced Model in Nonconvex Machine Learning (2019)"
)
KAWAGUCHI = "Kawaguchi, Deep Learning without Poor Local Minima (NIPS 2016)"
LIANG_ADDING = (
    "Liang, Sun, Lee and Srikant, Adding One Neuron Can Eliminate All Bad Local Minima "
    "(NeurIPS 2018)"
)
LIANG_CLASSIFICATION = (
    "Liang, Sun, Li and Srikant, Understanding the Loss Surface of Neural Networks for Binary "
    "Classification (ICML 2018)"
)
MARTINELLI = (
    "Martinelli and others, Flat Channels to Infinity in Neural Loss Landscapes (NeurIPS 2025)"
)
SAFRAN = (
    "Safran and Shamir, Spurious Local Minima are Common in Two-Layer ReLU Neural Networks "
    "(ICML 2018)"
)
SOHL_DICKSTEIN = (
    "Sohl-Dickstein and Kawaguchi, Eliminating All Bad Local Minima from Loss Landscapes Without "
    "Even Adding an Extra Unit (2019)"
)
SONTAG = (
    "Sontag and Sussmann, Backpropagation Can Give Rise to Spurious Local Minima Even for Networks "
    "Without Hidden Layers (Complex Systems 1989)"
)
SPRINKHUIZEN = (
    "Sprinkhuizen-Kuyper and Boers, The Error Surface of the Simplest XOR Network Has Only Global "
    "Minima (Neural Computation 1996)"
)
SREBRO = "Srebro and Jaakkola, Weighted Low-Rank Approximations (ICML 2003)"
SWIRSZCZ = "Swirszcz, Czarnecki and Pascanu, Local Minima in Training of Neural Networks (2016)"
YUN = (
    "Yun, Sra and Jadbabaie, Small Nonlinearities in Activation Functions Create Bad Local Minima "
    "in Neural Networks (ICLR 2019)"
)
